package io.vmha.adapter;

/** How a member came to be a replica of the writer again. */
public enum RejoinMethod {
    /** It was one: nothing was done. */
    FOLLOWING,
    /** Its own data was taken back to where its history left the writer's. */
    REWOUND,
    /** It was copied from the writer anew. */
    COPIED
}
