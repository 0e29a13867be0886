"""Many jobs: each known by what it computes, kept in a file when it is done, done by processes or by a cluster."""
