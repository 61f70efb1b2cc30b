package io.vmha.monitor;

import java.util.function.Consumer;

/**
 * Cuts this machine off, so that it can do no harm while another takes over.
 *
 * <p>Called on a thread that it may block, never twice at a time.
 */
@FunctionalInterface
public interface Isolation {

    /**
     * Isolates the machine; may not return, since the machine is off.
     *
     * @throws Exception if the machine is not isolated; it is tried again while the fault lasts
     */
    void isolate(FoundFault fault) throws Exception;

    /** What it does, for people. */
    default String describe() {
        return "a hook";
    }

    /** Returns an isolation that only says what the given one would do. */
    static Isolation dryRun(Isolation real, Consumer<String> say) {
        return new Isolation() {
            @Override
            public void isolate(FoundFault fault) {
                say.accept("dry run, because of " + fault.kind() + " (" + fault.watch() + ": " + fault.detail()
                        + ") would: " + real.describe());
            }

            @Override
            public String describe() {
                return "nothing (dry run)";
            }
        };
    }
}
