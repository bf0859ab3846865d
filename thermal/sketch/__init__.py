"""A starting case from a few words: rows laid out, air paths drawn about them, all of it written as a commented case file."""
