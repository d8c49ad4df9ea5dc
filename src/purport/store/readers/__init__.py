"""What readers write and wish: kept beside the records of a case, never in its custody chain.

Rows may be changed and deleted, as the law asks of personal data. What a case takes over from a
reader (accepted evidence) becomes a record of the case without a name, behind a salted commitment.
"""
