"""One optional library a module: dlt, Jupyter, Spark."""
