package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sees that the machine spends its time waiting for memory: the share of the last 10 seconds in which no task ran for that reason,
 * as the kernel's pressure stall information has it. Immutable.
 */
public final class MemoryPressureProbe implements Probe {
    private static final Path PRESSURE = Path.of("/proc/pressure/memory");
    private static final double PERCENT = 100.0;
    private static final String SHARE = "avg10=";

    private final Path pressure;
    private final double warnAt;
    private final double failAt;

    /**
     * Watches this machine.
     *
     * @param warnAt percent of time, more than 0, from which it warns
     * @param failAt percent of time from which it is a fault, {@code warnAt} to 100
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public MemoryPressureProbe(double warnAt, double failAt) {
        this(PRESSURE, warnAt, failAt);
    }

    MemoryPressureProbe(Path pressure, double warnAt, double failAt) {
        checkArgument(warnAt > 0, "warnAt must be more than 0: %s", warnAt);
        checkArgument(
                failAt >= warnAt && failAt <= PERCENT, "failAt must be from warnAt (%s) to 100: %s", warnAt, failAt);
        this.pressure = pressure;
        this.warnAt = warnAt;
        this.failAt = failAt;
    }

    /**
     * Reads the kernel's figures.
     *
     * @throws IOException if there are none, as in a kernel without pressure stall information
     */
    @Override
    public ProbeResult check() throws IOException {
        double share = fullShare();
        String detail = "all tasks stalled on memory " + share + "% of 10 s";
        if (share >= failAt) {
            return ProbeResult.failed(GuestFault.GUEST_HUNG, detail);
        }
        return share >= warnAt ? ProbeResult.warning(detail) : ProbeResult.healthy(detail);
    }

    private double fullShare() throws IOException {
        for (String line : Files.readAllLines(pressure, StandardCharsets.US_ASCII)) {
            if (line.startsWith("full ")) {
                for (String field : line.split(" ", -1)) {
                    if (field.startsWith(SHARE)) {
                        return Double.parseDouble(field.substring(SHARE.length()));
                    }
                }
            }
        }
        throw new IOException("no line \"full avg10=\" in " + pressure);
    }
}
