"""Who is in which fold, and what the pooled predictions are worth."""
