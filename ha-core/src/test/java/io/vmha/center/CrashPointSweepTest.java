package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.LoadSample;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The reference scenario, with the center crashing at every point that there is: before and after each task of its loop, each
 * journal write and each effect. Whoever asked for something asks again until it is answered, as monitors and operators do.
 */
public class CrashPointSweepTest {
    @Test
    void aCrashAnywhereEndsInTheSameFinalState() {
        Run whole = new Run(new InMemoryPlanJournal(), journal -> journal, List.of(Long.MAX_VALUE));
        List<String> expected = whole.toEnd();
        assertThat(expected).contains("route mw3 mw3");
        assertThat(whole.points).isGreaterThan(100);

        for (long point = 0; point < whole.points; point++) {
            assertSame(expected, new Run(new InMemoryPlanJournal(), journal -> journal, List.of(point)));
        }
    }

    @Test
    void aSecondCrashWhileTheFirstIsRecoveredFromChangesNothingEither() {
        List<String> expected = new Run(new InMemoryPlanJournal(), journal -> journal, List.of(Long.MAX_VALUE)).toEnd();
        Random random = new Random(17);
        for (int run = 0; run < 600; run++) {
            List<Long> points = random.longs(4, 0, 60).boxed().toList();
            assertSame(expected, new Run(new InMemoryPlanJournal(), journal -> journal, points));
        }
    }

    /**
     * Asserts that a crash leads to the same end with another kind of journal.
     *
     * @param empty makes a journal of its own for each run
     * @param reopen what a process does with the journal of one that crashed
     * @param every one in so many points is tried, 1 or more
     */
    public static void assertCrashesChangeNothing(
            Supplier<PlanJournal> empty, UnaryOperator<PlanJournal> reopen, int every) {
        Run whole = new Run(empty.get(), reopen, List.of(Long.MAX_VALUE));
        List<String> expected = whole.toEnd();
        for (long point = 0; point < whole.points; point += every) {
            assertSame(expected, new Run(empty.get(), reopen, List.of(point)));
        }
    }

    private static void assertSame(List<String> expected, Run run) {
        List<String> end = run.toEnd();
        List<String> only = new ArrayList<>(end);
        only.removeAll(expected);
        assertThat(only)
                .as("crashes at %s, and otherwise than without", run.crashes)
                .isEmpty();
        assertThat(end).as("crashes at %s", run.crashes).containsExactlyElementsOf(expected);
    }

    /** A process that dies at a given point: from then on none of its tasks run. */
    private static final class Process implements CenterScheduler {
        private final VirtualTime time;
        private final long crashAt;
        private long points;

        private Process(VirtualTime time, long crashAt) {
            this.time = time;
            this.crashAt = crashAt;
        }

        private boolean isAlive() {
            return points <= crashAt;
        }

        private Runnable point(Runnable task) {
            return () -> {
                if (isAlive() && ++points <= crashAt) {
                    task.run();
                }
            };
        }

        @Override
        public Instant now() {
            return time.now();
        }

        @Override
        public Duration uptime() {
            return time.uptime();
        }

        @Override
        public void execute(Runnable task) {
            time.execute(point(task));
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return time.schedule(delay, point(task));
        }

        @Override
        public Cancellable scheduleBackground(Duration delay, Runnable task) {
            return time.scheduleBackground(delay, point(task));
        }

        /** A crash before the call, between its effect and the news of it, and after it are three points. */
        @Override
        public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
            execute(() -> {
                Optional<Throwable> thrown = Optional.empty();
                try {
                    blocking.run();
                } catch (RuntimeException failed) {
                    thrown = Optional.of(failed);
                }
                Optional<Throwable> result = thrown;
                execute(() -> then.accept(result));
            });
        }

        @Override
        public void close() {
            points = Long.MAX_VALUE;
        }
    }

    /** A journal whose writes are calls of their own, so that there is a point before and after each. */
    private record Blocking(PlanJournal journal) implements PlanJournal {
        @Override
        public JournalState open(long epoch) {
            return journal.open(epoch);
        }

        @Override
        public void write(long epoch, List<JournalEntry> entries) {
            journal.write(epoch, entries);
        }

        @Override
        public void close() {
            journal.close();
        }
    }

    /** One run of the scenario. */
    private static final class Run {
        private final Inventory reference = lightlyLoaded();
        private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
        private final VirtualTime time = new VirtualTime();
        private final Function<PlanJournal, PlanJournal> reopen;
        private final List<Long> crashes;
        private PlanJournal journal;
        private Process process;
        private ManagementCenter center;
        private int started;
        private long points;

        private Run(PlanJournal journal, Function<PlanJournal, PlanJournal> reopen, List<Long> crashes) {
            this.journal = journal;
            this.reopen = reopen;
            this.crashes = crashes;
            this.process = new Process(time, 0);
            this.center = start();
        }

        private ManagementCenter start() {
            long epoch = started + 1;
            process = new Process(time, started < crashes.size() ? crashes.get(started) : Long.MAX_VALUE);
            started++;
            return ManagementCenter.builder()
                    .adapter(datacenter.hypervisor())
                    .trafficDirector(datacenter.trafficDirector())
                    .fencingDevice(datacenter.fencingDevice())
                    .databaseCluster(datacenter.databaseCluster(), Duration.ofHours(1))
                    .inventory(discovered())
                    .journal(new Blocking(journal))
                    .leadership(() -> OptionalLong.of(epoch))
                    .random(new Random(1))
                    .scheduler(process)
                    .build();
        }

        /** Place, power and size are discovered, and loads measured; health is the center's to know. */
        private Inventory discovered() {
            Inventory found = datacenter.actual();
            for (VirtualMachine vm : found.vms()) {
                found = found.with(vm.withHealth(VmHealth.HEALTHY).withLoad(measured(vm.id())));
            }
            for (Host host : found.hosts()) {
                found = found.with(host.withHealth(HostHealth.UP));
            }
            return found;
        }

        /** What a machine is loaded with: all whose requests go to it. */
        private double measured(VmId server) {
            return reference.vms().stream()
                    .filter(vm ->
                            datacenter.routes().getOrDefault(vm.id(), vm.id()).equals(server))
                    .mapToDouble(VirtualMachine::load)
                    .sum();
        }

        private void measure() {
            for (VirtualMachine vm : reference.vms()) {
                untilAnswered(() -> center.load(new LoadSample(vm.id(), measured(vm.id()), Optional.empty())));
            }
        }

        /** No load makes anything move by itself, and all can be added up without rounding. */
        private static Inventory lightlyLoaded() {
            Inventory reference = Fixtures.referenceEmbodiment();
            return reference.withAll(reference.vms().stream()
                    .map(vm -> vm.withLoad(Math.round(vm.load() * 10) / 128.0))
                    .toList());
        }

        /** What there really is and what the center knows in the end. A database's filesystem flips, a middleware machine hangs, a host is lost; then all is repaired again. */
        private List<String> toEnd() {
            report("db3", 1);
            report("mw1", 1);
            fail(FaultReport.ofHost(HostId.of("h2"), FaultKind.HOST_UNREACHABLE, Instant.EPOCH, "management", 1));
            back("h2");
            List.of("mw3", "mw4", "db4").forEach(this::repair);
            fail(FaultReport.ofVm(VmId.of("mw4"), FaultKind.GUEST_HUNG, Instant.EPOCH, "monitor:mw4", 2));
            measure();
            List<String> end = new ArrayList<>();
            sorted(datacenter.actual()).forEach(vm -> end.add("actual " + vm));
            datacenter.actual().hosts().forEach(host -> end.add("actual " + host));
            datacenter.routes().forEach((owner, server) -> end.add("route " + owner + " " + server));
            sorted(center.inventory()).forEach(vm -> end.add("known " + vm));
            journal.open(started + 1L).open().forEach(plan -> end.add("open " + plan));
            points += process.points;
            process.close();
            journal.close();
            return end;
        }

        private static List<VirtualMachine> sorted(Inventory inventory) {
            Map<VmId, VirtualMachine> vms = new TreeMap<>();
            inventory.vms().forEach(vm -> vms.put(vm.id(), vm));
            return new ArrayList<>(vms.values());
        }

        private void report(String vm, long sequence) {
            fail(FaultReport.ofVm(
                    VmId.of(vm), FaultKind.FILESYSTEM_READ_ONLY, Instant.EPOCH, "monitor:" + vm, sequence));
        }

        private void fail(FaultReport fault) {
            datacenter.inject(fault);
            measure();
            untilAnswered(() -> center.submit(fault));
        }

        private void back(String host) {
            datacenter.change(
                    actual -> actual.with(actual.requireHost(HostId.of(host)).withHealth(HostHealth.UP)));
            untilAnswered(() -> center.hostUp(HostId.of(host)));
        }

        private void repair(String name) {
            VmId vm = VmId.of(name);
            datacenter.change(actual -> FaultEffects.vmRepaired(actual, vm));
            PlanId held = untilAnswered(() -> center.repaired(vm)).plan().id();
            while (center.inventory().requireVm(vm).servedBy().isPresent()) {
                untilAnswered(() -> center.approve(held, "operator"));
            }
        }

        /** Asks again after every crash, and then waits until nothing is left to do. */
        private <T> T untilAnswered(Supplier<CompletionStage<T>> ask) {
            while (true) {
                CompletionStage<T> answer = ask.get();
                time.runToEnd();
                if (process.isAlive()) {
                    return answer.toCompletableFuture()
                            .handle((result, thrown) -> result)
                            .join();
                }
                journal = reopen.apply(journal);
                center = start();
                time.runToEnd();
            }
        }
    }
}
