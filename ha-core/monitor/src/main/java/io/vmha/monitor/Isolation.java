package io.vmha.monitor;

import java.util.function.Consumer;

/**
 * Cuts this VM off, so that it can do no harm while another takes over. Test one of your own with {@code IsolationContractTest}, in the
 * test jar of {@code ha-monitor}.
 *
 * <p>Called on a thread that it may block, never twice at a time, but again after a try that failed, and maybe on another thread. What an
 * earlier try left hanging holds up no later one. When the monitor is closed the thread is interrupted, and the try ends soon.
 */
@FunctionalInterface
public interface Isolation {

    /**
     * Isolates the VM, whatever the fault is. Returns only once it is isolated; may not return, since the VM is off.
     *
     * @param fault why; its texts are what programs and filesystems have said, and no part of any command
     * @throws Exception if the VM is not isolated, or it is not known whether it is, as after an interrupt; it is tried again while the
     *     fault lasts
     */
    void isolate(FoundFault fault) throws Exception;

    /** What it does, for people; not blank. Only says so. */
    default String describe() {
        return "a hook";
    }

    /** Returns an isolation that only says what the given one would do. It returns though the VM runs. */
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
