"""Parts of documents people write: values, carriers, phones and faults."""
