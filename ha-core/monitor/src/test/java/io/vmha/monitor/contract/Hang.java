package io.vmha.monitor.contract;

/** Something that answers nobody until this is closed. */
public interface Hang extends AutoCloseable {

    /** Whether a call of what is under test waits for it at this moment. */
    boolean holdsACall();

    /** Whether a call can be interrupted there; false where the system lets go of none, as of a write to a disk that hangs. */
    default boolean yieldsToInterrupts() {
        return true;
    }

    /** Has it answer again. Calling it again does nothing. */
    @Override
    void close();
}
