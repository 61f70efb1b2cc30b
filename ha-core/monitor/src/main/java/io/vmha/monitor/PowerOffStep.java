package io.vmha.monitor;

/** One way to switch this machine off. Made, with all that it needs loaded, before it is needed. */
public interface PowerOffStep {

    /**
     * Sets the power-off going; may return before the machine is off.
     *
     * @throws Exception if this way fails, and the next should be tried at once
     */
    void powerOff() throws Exception;

    /** What it does, for people. */
    String describe();
}
