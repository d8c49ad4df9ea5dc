"""From findings and claims to ratings, with the argument written out."""
