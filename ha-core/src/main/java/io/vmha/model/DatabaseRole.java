package io.vmha.model;

/** What a member of a replica set does, as it was last seen. */
public enum DatabaseRole {
    /** It accepts writes. */
    WRITER,
    /** It applies another member's log and accepts no writes. */
    REPLICA,
    /** It was not seen, or did not say: it may accept writes. */
    UNKNOWN
}
