package io.vmha.policy;

/** What becomes of requests that are served elsewhere when the machine that they are meant for is healthy again. */
public enum FailbackMode {
    /** The plan that gives them back waits for an operator's approval. */
    MANUAL,
    /** They are given back at once. */
    AUTOMATIC
}
