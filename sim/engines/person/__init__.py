"""The plain SimPy model: one process a person, a resource a station. Start reading at `applicant.py`.

applicant → candidate → participant → payee: each hands a person on to the next, over the state that they share.
"""
