"""What stands in a loop: exchangers, cold plates, coolers, chillers, stores; each a rating and its physics."""
