package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.PlanView;
import io.vmha.center.journal.DesiredExport;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.ReadingToken;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A snapshot of the truth, applied at any point of a random course, once or twice, fresh or late, changes no desired field, and makes
 * every observed one true or uncertain (invariant 12).
 */
class SnapshotProperties {
    private static final int COURSES = Integer.getInteger("vmha.snapshot.courses", 300);
    private static final int STEPS = 25;

    @Test
    void aSnapshotOfTheTruthChangesNothingDesiredAndMakesWhatIsObservedTrue() {
        for (long seed = 1; seed <= COURSES; seed++) {
            new Course(seed).run();
        }
    }

    /** One course; what happens is decided by its seed alone. */
    private static final class Course {
        private final long seed;
        private final Random random;
        private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment()
                .with(Fixtures.host("h4", ClusterRole.PRIMARY)
                        .capacity(Resources.of(64_000, 262_144))
                        .build()));
        private final VirtualTime time = new VirtualTime();
        private final ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(datacenter.actual())
                .scheduler(time)
                .build();
        private long sequence;

        Course(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                happens();
                time.advanceTo(time.now().plusMillis(random.nextInt(3_000)));
                if (random.nextInt(3) == 0) {
                    readsAndApplies();
                }
            }
            CompletionStage<?> unused = center.resume("alice");
            time.runToEnd();
            applies(token(), truth());
            time.runToEnd();
            applies(token(), truth());
            checkObserved("in the end");
            center.close();
        }

        private void readsAndApplies() {
            ReadingToken token = token();
            PlatformSnapshot seen = truth();
            boolean isLate = random.nextBoolean();
            for (int more = isLate ? random.nextInt(4) : 0; more > 0; more--) {
                happens();
                time.advanceTo(time.now().plusMillis(random.nextInt(2_000)));
            }
            applies(token, seen);
            if (random.nextBoolean()) {
                applies(token, seen);
            }
            if (!isLate) {
                checkObserved("after a fresh snapshot");
            }
        }

        private PlatformSnapshot truth() {
            Inventory actual = datacenter.actual();
            Set<HostId> answered = actual.hosts().stream()
                    .filter(host -> host.health().runsVms())
                    .map(Host::id)
                    .collect(Collectors.toSet());
            return new PlatformSnapshot(List.copyOf(actual.hosts()), List.copyOf(actual.vms()), answered);
        }

        /** Nothing desired is another one at the moment at which it is applied. */
        private void applies(ReadingToken token, PlatformSnapshot seen) {
            String before = desired();
            CompletionStage<Inventory> observed = center.observe(token, seen);
            time.advanceTo(time.now());
            assertThat(observed.toCompletableFuture()).as("seed %s", seed).isDone();
            assertThat(desired()).as("seed %s", seed).isEqualTo(before);
        }

        /** What is wanted, apart from the faults, which a reading may open and close. */
        private String desired() {
            DesiredExport export = now(center.exportDesired());
            return export.settings() + " " + export.hosts() + " "
                    + export.vms().stream()
                            .map(vm -> vm.id() + " " + vm.desired())
                            .toList();
        }

        private void checkObserved(String when) {
            Set<VmId> planned = now(center.plans()).stream()
                    .map(PlanView::plan)
                    .flatMap(plan -> plan.steps().stream())
                    .flatMap(step -> step.action().vm().stream())
                    .collect(Collectors.toSet());
            Inventory believed = center.inventory();
            Inventory actual = datacenter.actual();
            for (VirtualMachine truth : actual.vms()) {
                boolean isSeen = actual.hostOf(truth).health().runsVms();
                VirtualMachine belief = believed.requireVm(truth.id());
                String as = "seed " + seed + ", " + truth.id() + " " + when;
                if (belief.power() == PowerState.OFF) {
                    assertThat(belief.health()).as(as).isNotEqualTo(VmHealth.HEALTHY);
                }
                if (!isSeen || planned.contains(truth.id()) || belief.power() == PowerState.UNKNOWN) {
                    continue;
                }
                assertThat(belief.power()).as(as).isEqualTo(truth.power());
                assertThat(belief.host()).as(as).isEqualTo(truth.host());
                assertThat(belief.allocation()).as(as).isEqualTo(truth.allocation());
            }
        }

        private void happens() {
            VirtualMachine vm = anyVm();
            HostId host = anyHost();
            CompletionStage<?> unused = switch (random.nextInt(13)) {
                case 0, 1 -> reports(vm.id(), FaultKind.FILESYSTEM_READ_ONLY);
                case 2 -> untold(() -> changes(vm.id(), found -> found.withPower(PowerState.OFF)));
                case 3 -> untold(() -> moves(vm, host));
                case 4 ->
                    untold(() -> changes(
                            vm.id(),
                            found -> found.withAllocation(
                                    Resources.of(500L + random.nextInt(500), 1_024 + random.nextInt(1_024)))));
                case 5 -> goesDown(host);
                case 6, 7 -> comesBack(host);
                case 8 -> center.maintenance(host, random.nextBoolean(), "alice");
                case 9 -> center.desired(vm.id(), DesiredState.values()[random.nextInt(3)], "alice");
                case 10 -> {
                    changes(vm.id(), found -> found.withPower(PowerState.ON));
                    yield center.repaired(vm.id());
                }
                case 11 -> center.pause("alice");
                default -> center.resume("alice");
            };
        }

        private CompletionStage<?> untold(Runnable change) {
            change.run();
            return center.health();
        }

        private CompletionStage<?> reports(VmId vm, FaultKind kind) {
            return center.submit(FaultReport.ofVm(vm, kind, time.now(), "monitor:" + vm, ++sequence));
        }

        private void moves(VirtualMachine vm, HostId host) {
            boolean canMove = vm.power() == PowerState.ON
                    && datacenter.actual().requireHost(host).health().runsVms()
                    && datacenter.actual().hostOf(vm).health().runsVms();
            if (canMove) {
                changes(vm.id(), found -> found.withHost(host));
            }
        }

        private CompletionStage<?> goesDown(HostId host) {
            FaultReport report = FaultReport.ofHost(host, FaultKind.HOST_DOWN, time.now(), "ipmi", ++sequence);
            datacenter.inject(report);
            return center.submit(report);
        }

        private CompletionStage<?> comesBack(HostId host) {
            datacenter.change(actual -> actual.with(actual.requireHost(host).withHealth(HostHealth.UP)));
            return center.hostUp(host);
        }

        private void changes(VmId vm, UnaryOperator<VirtualMachine> change) {
            boolean isUp = datacenter
                    .actual()
                    .hostOf(datacenter.actual().requireVm(vm))
                    .health()
                    .runsVms();
            if (isUp) {
                datacenter.change(actual -> actual.with(change.apply(actual.requireVm(vm))));
            }
        }

        private VirtualMachine anyVm() {
            List<VirtualMachine> vms = List.copyOf(datacenter.actual().vms());
            return vms.get(random.nextInt(vms.size()));
        }

        private HostId anyHost() {
            List<Host> hosts = List.copyOf(datacenter.actual().hosts());
            return hosts.get(random.nextInt(hosts.size())).id();
        }

        private ReadingToken token() {
            return now(center.beginReading());
        }

        /** Answers at once, without letting time pass. */
        private <T> T now(CompletionStage<T> answer) {
            time.advanceTo(time.now().plus(Duration.ZERO));
            return answer.toCompletableFuture().join();
        }
    }
}
