package io.vmha.benchmarks;

import io.vmha.center.ManagementCenter;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.center.schedule.ThreadedScheduler;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReadingToken;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The two shares of a resync of 10,000 hosts and 100,000 VMs in which little changed: what the caller's thread does, off the loop, and
 * what the center's loop does. Prints the medians and the longest in milliseconds, and of the
 * processor time too, which other work on the machine lengthens less; as arguments the number of VMs that differ from the
 * reading before, and of readings.
 */
public final class ResyncShares {
    private static final int HOSTS = 10_000;
    private static final int VMS_EACH = 10;
    /** As many as a center makes in some hours: what it does by then is compiled. */
    private static final int WARMUP = 200;

    private static final double MILLIS = 1e6;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ResyncShares() {}

    /** Measures and prints. */
    public static void main(String[] arguments) {
        int changed = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100;
        int readings = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 60;
        TimedScheduler loop = new TimedScheduler();
        List<Long> off = new ArrayList<>();
        List<Long> offCpu = new ArrayList<>();
        List<Long> on = new ArrayList<>();
        List<Long> onCpu = new ArrayList<>();
        List<Long> longestTask = new ArrayList<>();
        try (ManagementCenter center = center(start(), loop)) {
            List<PlatformSnapshot> snapshots = List.of(resized(center.inventory(), changed), of(center.inventory()));
            for (int i = 0; i < WARMUP + readings; i++) {
                ReadingToken token = done(center.beginReading());
                loop.begin();
                long begun = System.nanoTime();
                long used = THREADS.getCurrentThreadCpuTime();
                CompletionStage<Inventory> observed = center.observe(token, snapshots.get(i % 2));
                long handedOver = System.nanoTime();
                long usedThen = THREADS.getCurrentThreadCpuTime();
                Inventory unused = done(observed);
                // What the loop did before this is measured once it answers this.
                CenterHealth unusedToo = done(center.health());
                if (i >= WARMUP) {
                    off.add(handedOver - begun);
                    offCpu.add(usedThen - used);
                    onCpu.add(loop.cpu());
                    on.add(loop.total());
                    longestTask.add(loop.longest());
                }
            }
        }
        PrintStream out = System.out;
        out.printf(Locale.ROOT, "%d of %d VMs differ, %d readings%n", changed, HOSTS * VMS_EACH, readings);
        print(out, "off the loop", off);
        print(out, "off the loop, processor time", offCpu);
        print(out, "on the loop, all tasks of a resync", on);
        print(out, "on the loop, all tasks of a resync, processor time", onCpu);
        print(out, "on the loop, the longest task", longestTask);
    }

    private static void print(PrintStream out, String what, List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        out.printf(
                Locale.ROOT,
                "%s: %.2f ms (median), %.2f ms (90 %%), %.2f ms (longest)%n",
                what,
                sorted.get(sorted.size() / 2) / MILLIS,
                sorted.get(sorted.size() * 9 / 10) / MILLIS,
                sorted.get(sorted.size() - 1) / MILLIS);
    }

    private static ManagementCenter center(Inventory start, CenterScheduler scheduler) {
        HandedOver adapter = new HandedOver();
        return ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(adapter)
                .inventory(start)
                .scheduler(scheduler)
                .build();
    }

    private static PlatformSnapshot resized(Inventory inventory, int changed) {
        Inventory resized = inventory;
        for (int i = 0; i < changed; i++) {
            VirtualMachine vm = inventory.requireVm(VmId.of("vm" + i * (HOSTS * VMS_EACH / changed)));
            resized = resized.with(vm.withAllocation(Resources.of(999, 1_024)));
        }
        return of(resized);
    }

    /** As an adapter makes it: of values of its own. */
    private static PlatformSnapshot of(Inventory inventory) {
        return PlatformSnapshot.of(new PlatformSnapshot(
                        List.copyOf(inventory.hosts()),
                        inventory.vms().stream()
                                .map(vm -> vm.withLabels(vm.labels()))
                                .toList(),
                        Set.of())
                .toInventory());
    }

    private static Inventory start() {
        List<Host> hosts = new ArrayList<>();
        List<VirtualMachine> vms = new ArrayList<>();
        for (int h = 0; h < HOSTS; h++) {
            HostId host = HostId.of("h" + h);
            hosts.add(Host.builder()
                    .id(host)
                    .role(h % 10 == 9 ? ClusterRole.STANDBY : ClusterRole.PRIMARY)
                    .capacity(Resources.of(32_000, 65_536))
                    .build());
            for (int v = 0; v < VMS_EACH; v++) {
                vms.add(VirtualMachine.builder()
                        .id(VmId.of("vm" + (h * VMS_EACH + v)))
                        .type(VmType.MIDDLEWARE)
                        .host(host)
                        .allocation(Resources.of(1_000, 1_024))
                        .build());
            }
        }
        return new PlatformSnapshot(hosts, vms, Set.of()).toInventory();
    }

    private static <T> T done(CompletionStage<T> asked) {
        return asked.toCompletableFuture().join();
    }

    /** A scheduler that measures what its loop does. Thread-safe. */
    private static final class TimedScheduler implements CenterScheduler {
        private final ThreadedScheduler inner = new ThreadedScheduler();
        private final AtomicLong total = new AtomicLong();
        private final AtomicLong cpu = new AtomicLong();
        private final AtomicLong longest = new AtomicLong();

        void begin() {
            total.set(0);
            cpu.set(0);
            longest.set(0);
        }

        long total() {
            return total.get();
        }

        long cpu() {
            return cpu.get();
        }

        long longest() {
            return longest.get();
        }

        private Runnable timed(Runnable task) {
            return () -> {
                long begun = System.nanoTime();
                long used = THREADS.getCurrentThreadCpuTime();
                try {
                    task.run();
                } finally {
                    long took = System.nanoTime() - begun;
                    total.addAndGet(took);
                    cpu.addAndGet(THREADS.getCurrentThreadCpuTime() - used);
                    longest.accumulateAndGet(took, Math::max);
                }
            };
        }

        @Override
        public Instant now() {
            return inner.now();
        }

        @Override
        public Duration uptime() {
            return inner.uptime();
        }

        @Override
        public void execute(Runnable task) {
            inner.execute(timed(task));
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return inner.schedule(delay, timed(task));
        }

        @Override
        public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
            inner.call(blocking, then);
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
