package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vmha.Fixtures;
import io.vmha.adapter.PowerStateCheck;
import io.vmha.center.event.HaEvent;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondCheck;
import io.vmha.detection.SecondLook;
import io.vmha.detection.SilenceLimit;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** From heartbeats, or none, to decisions, in virtual time. */
class HeartbeatWatchTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");
    private static final SilenceLimit LIMIT = new SilenceLimit.Deadline(Duration.ofSeconds(1), Duration.ofSeconds(4));
    /** The limit, the wait for others, and the granularity of the heartbeats here. */
    private static final int BOUND = 4 + 2 + 1;

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();
    private final List<VmId> asked = new ArrayList<>();
    private final Set<FaultSubject> silent = new HashSet<>();
    private SecondLook look = SecondLook.UNKNOWN;
    private long sequence;

    @Test
    void whoSendsRegularlyIsNeverSuspected() {
        ManagementCenter center = center(config().build());
        Random random = new Random(3);
        for (int second = 0; second < 300; second++) {
            beat(center, true);
            time.advanceTo(at(second).plusMillis(random.nextInt(1_500)));
            beat(center, true);
            time.advanceTo(at(second + 2));
            second++;
        }

        assertThat(events).isEmpty();
    }

    @Test
    void aSilentMachineIsSuspectAndNoTargetBeforeItFails() {
        look = SecondLook.NO_SIGN_OF_LIFE;
        ManagementCenter center = center(config().build());
        run(center, 10);
        silent.add(new FaultSubject.OfVm(MW1));
        run(center, 14);

        assertThat(center.inventory().requireVm(MW1).health()).isEqualTo(VmHealth.SUSPECT);
        assertThat(reports()).isEmpty();

        run(center, 10 + BOUND);
        assertThat(asked).containsExactly(MW1);
        assertThat(reports()).extracting(FaultReport::kind).containsExactly(FaultKind.GUEST_HUNG);
        assertThat(datacenter.routes()).containsKey(MW1);
    }

    @Test
    void aMachineWhoseMonitorAloneIsSilentIsLeftAlone() {
        look = SecondLook.ALIVE;
        ManagementCenter center = center(config().build());
        run(center, 5);
        silent.add(new FaultSubject.OfVm(MW1));
        run(center, 120);

        assertThat(asked).hasSizeBetween(2, 5);
        assertThat(reports()).isEmpty();
        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);

        silent.clear();
        run(center, 125);
        assertThat(center.inventory().requireVm(MW1).health()).isEqualTo(VmHealth.HEALTHY);
        assertThat(events)
                .extracting(HaEvent::getClass)
                .containsExactly(HaEvent.Suspected.class, HaEvent.SuspicionEnded.class);
    }

    @Test
    void aMachineThatIsOffIsReportedAsPoweredOff() {
        ManagementCenter center = center(config().build(), new PowerStateCheck(datacenter.hypervisor()));
        run(center, 5);
        datacenter.inject(Fixtures.vmFault("mw1", FaultKind.POWERED_OFF));
        silent.add(new FaultSubject.OfVm(MW1));
        run(center, 5 + BOUND);

        assertThat(reports()).extracting(FaultReport::kind).containsExactly(FaultKind.POWERED_OFF);
    }

    @Test
    void aSilentHostIsUnreachableAndNotDownOnceItsMachinesAreSilentToo() {
        ManagementCenter center = center(config().build());
        run(center, 5);
        silence(H2);
        run(center, 5 + BOUND);

        assertThat(reports()).singleElement().satisfies(report -> {
            assertThat(report.kind()).isEqualTo(FaultKind.HOST_UNREACHABLE);
            assertThat(report.subject()).isEqualTo(new FaultSubject.OfHost(H2));
        });
        assertThat(asked).isEmpty();
    }

    @Test
    void aHostThatIsSilentWhileItsMachinesAreHeardOfIsSuspectOnly() {
        ManagementCenter center = center(config().build());
        run(center, 5);
        silent.add(new FaultSubject.OfHost(H1));
        run(center, 60);

        assertThat(reports()).isEmpty();
        assertThat(events).hasSize(1).first().isInstanceOf(HaEvent.Suspected.class);
        assertThat(center.inventory().requireHost(H1).health()).isEqualTo(HostHealth.UP);
    }

    @Test
    void manyMachinesSilentTogetherAreTheHostsFailureWhereItSendsNothingItself() {
        ManagementCenter center = center(config().build());
        runVmsOnly(center, 5);
        for (String vm : List.of("mw1", "db1", "db2")) {
            silent.add(new FaultSubject.OfVm(VmId.of(vm)));
        }
        runVmsOnly(center, 5 + BOUND);

        assertThat(reports()).extracting(FaultReport::kind).containsExactly(FaultKind.HOST_UNREACHABLE);
        assertThat(asked).isEmpty();
    }

    @Test
    void machinesThatAreSilentOneAfterTheOtherAreNotTheHostsFailure() {
        look = SecondLook.ALIVE;
        ManagementCenter center = center(config().build());
        int second = 5;
        for (String vm : List.of("mw1", "mw2", "db1", "db2")) {
            runVmsOnly(center, second);
            silent.add(new FaultSubject.OfVm(VmId.of(vm)));
            second += 40;
        }
        runVmsOnly(center, second - 35);

        assertThat(reports()).isEmpty();
    }

    @Test
    void oneSilentMachineIsTheHostsFailureWhereTheHostDoesNotAnswerEither() {
        look = SecondLook.HOST_SILENT;
        ManagementCenter center = center(config().build());
        center.heartbeat(Heartbeat.ofVm(MW1, 0, 0));
        time.advanceTo(at(BOUND));

        assertThat(reports()).extracting(FaultReport::kind).containsExactly(FaultKind.HOST_UNREACHABLE);
    }

    @Test
    void aRecoveredMachineHasTimeToStartAndIsFoundWhereItNeverDoes() {
        look = SecondLook.NO_SIGN_OF_LIFE;
        ManagementCenter center = center(config().build());
        run(center, 5);
        silent.add(new FaultSubject.OfVm(MW1));
        run(center, 5 + BOUND);
        assertThat(center.inventory().requireVm(MW1).health()).isEqualTo(VmHealth.HEALTHY);

        run(center, 5 + BOUND + 100);
        assertThat(reports()).hasSize(1);

        run(center, 5 + BOUND + 120 + BOUND);
        assertThat(reports()).hasSize(2);
    }

    @Test
    void repeatedAndLateHeartbeatsShowNoLifeAndThoseOfARestartedSenderDo() {
        look = SecondLook.UNKNOWN;
        ManagementCenter center = center(config().build());
        center.heartbeat(Heartbeat.ofVm(MW1, 7, 100));
        for (int second = 1; second < 10; second++) {
            time.advanceTo(at(second));
            center.heartbeat(Heartbeat.ofVm(MW1, 7, 100 - second % 2));
            center.heartbeat(Heartbeat.ofVm(MW1, 6, 1_000 + second));
        }
        assertThat(events).hasSize(1).first().isInstanceOf(HaEvent.Suspected.class);

        center.heartbeat(Heartbeat.ofVm(MW1, 8, 0));
        time.advanceTo(at(10));
        assertThat(events).hasSize(2).last().isInstanceOf(HaEvent.SuspicionEnded.class);
    }

    @Test
    void whoShouldSendAndNeverDidIsFoundToo() {
        ManagementCenter center =
                center(config().expectsEveryVm(true).expectsEveryHost(true).build());
        silence(H2);
        run(center, BOUND);

        assertThat(reports()).extracting(FaultReport::subject).containsExactly(new FaultSubject.OfHost(H2));
    }

    @Test
    void aHostInMaintenanceAndAMachineThatIsOffMayBeSilent() {
        ManagementCenter center = center(config().build());
        run(center, 5);
        center.maintenance(H2, true, "operator");
        run(center, 10);
        silent.add(new FaultSubject.OfHost(H2));
        center.inventory().vmsOn(H2).forEach(vm -> silent.add(new FaultSubject.OfVm(vm.id())));
        run(center, 60);

        assertThat(center.inventory().vmsOn(H2)).isNotEmpty();
        assertThat(reports()).isEmpty();
        assertThat(events).noneMatch(HaEvent.Suspected.class::isInstance);
    }

    @Test
    void aWatcherThatWasStoppedTakesNobodysSilenceForAFailure() {
        look = SecondLook.NO_SIGN_OF_LIFE;
        LeapingTime leaping = new LeapingTime(time);
        ManagementCenter center =
                builder(leaping).detection(config().build(), check()).build();
        time.advanceTo(at(1));
        for (int second = 1; second < 6; second++) {
            beat(center, true);
            time.advanceTo(at(second + 1));
        }
        leaping.leap = Duration.ofHours(1);
        for (int second = 7; second < 40; second++) {
            beat(center, true);
            time.advanceTo(at(second));
        }
        leaping.leap = Duration.ZERO;
        for (int second = 40; second < 80; second++) {
            beat(center, true);
            time.advanceTo(at(second));
        }

        assertThat(reports()).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void aCenterThatLeadsNoMoreSuspectsNobodyAndReportsNothing() {
        AtomicReference<OptionalLong> epoch = new AtomicReference<>(OptionalLong.of(1));
        ManagementCenter center = builder(time)
                .leadership(epoch::get)
                .detection(config().build(), check())
                .build();
        run(center, 5);
        silence(H2);
        epoch.set(OptionalLong.empty());
        run(center, 60);

        assertThat(events).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void withoutDetectionHeartbeatsAreRefused() {
        ManagementCenter center = builder(time).build();

        assertThatIllegalStateException()
                .isThrownBy(() -> center.heartbeat(Heartbeat.ofVm(MW1, 0, 0)))
                .withMessageContaining("detection");
    }

    /** Whoever falls silent, and whenever: found within the bound, and nobody else is. */
    @Test
    void anySilenceIsFoundWithinTheBoundAndNobodyElses() {
        for (long seed = 0; seed < 60; seed++) {
            new HeartbeatWatchTest().findsOne(seed);
        }
    }

    private void findsOne(long seed) {
        Random random = new Random(seed);
        look = SecondLook.NO_SIGN_OF_LIFE;
        ManagementCenter center = center(config().build());
        int from = 1 + random.nextInt(20);
        run(center, from);
        FaultSubject lost;
        if (random.nextBoolean()) {
            HostId host =
                    new ArrayList<>(reference.hosts()).get(random.nextInt(3)).id();
            silence(host);
            lost = new FaultSubject.OfHost(host);
        } else {
            List<VirtualMachine> vms = new ArrayList<>(reference.vms());
            lost = new FaultSubject.OfVm(vms.get(random.nextInt(vms.size())).id());
            silent.add(lost);
        }
        run(center, from + BOUND);

        assertThat(reports())
                .as("seed %s", seed)
                .extracting(FaultReport::subject)
                .containsExactly(lost);
    }

    /** A wall clock that leaps, while delays do not. */
    private static final class LeapingTime implements CenterScheduler {
        private final VirtualTime time;
        private Duration leap = Duration.ZERO;

        LeapingTime(VirtualTime time) {
            this.time = time;
        }

        @Override
        public Instant now() {
            return time.now().plus(leap);
        }

        @Override
        public Duration uptime() {
            return time.uptime();
        }

        @Override
        public void execute(Runnable task) {
            time.execute(task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return time.schedule(delay, task);
        }

        @Override
        public Cancellable scheduleBackground(Duration delay, Runnable task) {
            return time.scheduleBackground(delay, task);
        }

        @Override
        public void call(Runnable blocking, java.util.function.Consumer<java.util.Optional<Throwable>> then) {
            time.call(blocking, then);
        }

        @Override
        public void close() {
            time.close();
        }
    }

    private void silence(HostId host) {
        silent.add(new FaultSubject.OfHost(host));
        reference.vmsOn(host).forEach(vm -> silent.add(new FaultSubject.OfVm(vm.id())));
    }

    private void run(ManagementCenter center, int untilSecond) {
        run(center, untilSecond, true);
    }

    private void runVmsOnly(ManagementCenter center, int untilSecond) {
        run(center, untilSecond, false);
    }

    private void run(ManagementCenter center, int untilSecond, boolean hosts) {
        while (time.now().isBefore(at(untilSecond))) {
            beat(center, hosts);
            time.advanceTo(time.now().plusSeconds(1));
        }
    }

    private void beat(ManagementCenter center, boolean hosts) {
        sequence++;
        reference.vms().stream()
                .filter(vm -> !silent.contains(new FaultSubject.OfVm(vm.id())))
                .forEach(vm -> center.heartbeat(Heartbeat.ofVm(vm.id(), 0, sequence)));
        if (hosts) {
            reference.hosts().stream()
                    .filter(host -> !silent.contains(new FaultSubject.OfHost(host.id())))
                    .forEach(host -> center.heartbeat(Heartbeat.ofHost(host.id(), 0, sequence)));
        }
    }

    private List<FaultReport> reports() {
        return events.stream()
                .filter(HaEvent.ReportAccepted.class::isInstance)
                .map(event -> ((HaEvent.ReportAccepted) event).report())
                .toList();
    }

    private SecondCheck check() {
        return (vm, host, deadline) -> {
            asked.add(vm);
            return look;
        };
    }

    private ManagementCenter center(DetectionConfig config) {
        return center(config, check());
    }

    private ManagementCenter center(DetectionConfig config, SecondCheck check) {
        return builder(time).detection(config, check).build();
    }

    private ManagementCenter.Builder builder(CenterScheduler scheduler) {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .fencingDevice(datacenter.fencingDevice())
                .inventory(reference)
                .scheduler(scheduler)
                .listener(events::add);
    }

    private static DetectionConfig.Builder config() {
        return DetectionConfig.builder().vmLimit(LIMIT).hostLimit(LIMIT);
    }

    private static Instant at(long second) {
        return Instant.EPOCH.plusSeconds(second);
    }
}
