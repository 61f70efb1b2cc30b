package io.vmha.vsphere;

import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.CounterReading;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongBinaryOperator;

/**
 * Reads the signs from vCenter: properties, and the counters that hosts take every 20 seconds. Counters of virtual disks are
 * there for every kind of storage, those of disks only for some. Confined to one thread.
 */
final class VcenterSigns implements GuestSigns {
    private static final String UPTIME = "summary.quickStats.uptimeSeconds";
    private static final List<String> PROPERTIES =
            List.of(InventoryProperties.HEARTBEAT, InventoryProperties.POWER, InventoryProperties.CONNECTION, UPTIME);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final String READ = "virtualDisk.read.average";
    private static final String WRITTEN = "virtualDisk.write.average";
    private static final String SENT = "net.transmitted.average";
    private static final String CPU = "cpu.usage.average";

    private final Vcenter vcenter;

    VcenterSigns(Vcenter vcenter) {
        this.vcenter = vcenter;
    }

    @Override
    public void ping() {
        var unused =
                Faults.reading("asking for the time", () -> vcenter.client().currentTime(Deadline.in(ANSWER)));
    }

    @Override
    public Signs read(VmId vm, Duration span) {
        Deadline deadline = Deadline.in(ANSWER);
        MoRef ref = vcenter.machine(vm, deadline).ref();
        return Faults.reading("reading the signs of " + vm, () -> {
            ManagedObject now = vcenter.client().read(ref, PROPERTIES, deadline);
            CounterReading counters = vcenter.client().counters(ref, List.of(READ, WRITTEN, SENT, CPU), span, deadline);
            OptionalLong percent = counters.fold(CPU, Math::max);
            return new Signs(
                    now.text(InventoryProperties.HEARTBEAT).equals("red"),
                    SnapshotBuilder.power(now) == PowerState.ON,
                    uptime(now),
                    both(counters.fold(READ, Long::sum), counters.fold(WRITTEN, Long::sum), Long::sum),
                    counters.fold(SENT, Long::sum),
                    percent.isPresent() ? OptionalLong.of(percent.getAsLong() / 100) : percent);
        });
    }

    private static OptionalLong uptime(ManagedObject vm) {
        long seconds = vm.number(UPTIME, -1);
        return seconds < 0 ? OptionalLong.empty() : OptionalLong.of(seconds);
    }

    private static OptionalLong both(OptionalLong one, OptionalLong other, LongBinaryOperator operator) {
        return one.isPresent() && other.isPresent()
                ? OptionalLong.of(operator.applyAsLong(one.getAsLong(), other.getAsLong()))
                : OptionalLong.empty();
    }
}
