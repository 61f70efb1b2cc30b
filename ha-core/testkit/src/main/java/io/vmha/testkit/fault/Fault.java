package io.vmha.testkit.fault;

/** One way in which a call to a platform goes wrong. */
public enum Fault {
    /** Nothing is done, and the next try may succeed. */
    TRANSIENT,
    /** Nothing is done, and no further try succeeds. */
    PERMANENT,
    /** Nothing is done, and nobody knows: the request was lost. */
    REQUEST_LOST,
    /** It is done, and nobody knows: the answer was lost. */
    ANSWER_LOST,
    /** The platform says that it is done, and it is not. */
    ACCEPTED_NOT_DONE,
    /** No answer before the call's deadline, and nothing is done. */
    HANGS,
    /** A bug of the adapter: another exception than the contract's. */
    BUG
}
