package io.vmha.monitor;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Has the kernel itself switch the machine off, through a trigger file that is opened when the step is made.
 *
 * <p>Needs no program, no file and no memory when it runs: one write to an open file. Thread-safe.
 */
final class SysrqStep implements PowerOffStep {
    private final Path trigger;
    private final FileOutputStream open;
    private final byte[] off = "o".getBytes(StandardCharsets.US_ASCII);

    /**
     * Opens the trigger.
     *
     * @throws IOException if it cannot be opened, as by others than root
     */
    SysrqStep(Path trigger) throws IOException {
        this.trigger = trigger;
        this.open = new FileOutputStream(trigger.toFile(), true);
    }

    @Override
    public void powerOff() throws IOException {
        open.write(off);
    }

    @Override
    public String describe() {
        return "write o to " + trigger;
    }
}
