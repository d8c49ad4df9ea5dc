"""Who may work in which case: kept beside the records of a server's database, never in them."""
