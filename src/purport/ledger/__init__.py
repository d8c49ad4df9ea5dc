"""From a document to claims, fact slots and relations."""
