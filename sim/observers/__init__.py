"""What is measured. Observers count by stamp, in any order of batches; the model does not know that it is watched."""
