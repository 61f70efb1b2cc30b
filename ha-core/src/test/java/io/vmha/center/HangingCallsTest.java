package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.HostFencing;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondLook;
import io.vmha.detection.SilenceLimit;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a center does where calls never return: each has a deadline, others go on, and no more threads are taken for ever. */
class HangingCallsTest {
    private static final VmId DB3 = VmId.of("db3");
    private static final VmId MW1 = VmId.of("mw1");
    private static final HostId H1 = HostId.of("h1");
    private static final Duration DAY = Duration.ofDays(1);
    private static final SilenceLimit LIMIT = new SilenceLimit.Deadline(Duration.ofSeconds(1), Duration.ofSeconds(4));

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final HangingTime time = new HangingTime();
    private final List<HaEvent> events = new ArrayList<>();
    /** What hangs, or throws otherwise, and how often yet. */
    private final Map<String, Integer> broken = new HashMap<>();

    private final Map<String, Throwable> thrown = new HashMap<>();

    @Test
    void aReadingOfThePlatformThatNeverReturnsIsGivenUpAndMadeAgain() {
        broken.put("discover", 1);
        datacenter.inject(Fixtures.hostDown("h2"));
        ManagementCenter center = center().build();
        center.submit(Fixtures.hostDown("h2"));
        time.pass(Duration.ofMinutes(10));

        assertThat(time.hanging()).isEqualTo(1);
        // A database of a lost host is looked for first: it moved, so that the reading was made again.
        assertThat(datacenter.routes()).containsKey(DB3);
    }

    @Test
    void readingsOfThePlatformThatNeverReturnTakeNoMoreThanAFewThreadsAndAreMadeAgainOnceTheyReturn() {
        broken.put("discover", Integer.MAX_VALUE);
        datacenter.inject(Fixtures.hostDown("h2"));
        ManagementCenter center = center().resyncEvery(Duration.ofMinutes(1)).build();
        center.submit(Fixtures.hostDown("h2"));
        time.pass(DAY);
        assertThat(time.hanging()).isBetween(1, 2);
        assertThat(datacenter.routes()).doesNotContainKey(DB3);

        broken.clear();
        time.letGo();
        time.pass(Duration.ofMinutes(10));
        assertThat(datacenter.routes()).containsKey(DB3);
        assertThat(time.hanging()).isZero();
    }

    @Test
    void aPlatformThatCannotBeReadIsTriedInOneSeriesThoughItIsReadAtRegularTimesToo() {
        broken.put("discover", Integer.MAX_VALUE);
        thrown.put("discover", new AdapterException.Transient(AdapterException.Cause.UNREACHABLE, "no answer"));
        ManagementCenter center = center().resyncEvery(Duration.ofMinutes(1)).build();
        time.pass(Duration.ofHours(3));
        int before = broken.get("discover");
        time.pass(Duration.ofHours(1));

        assertThat(before - broken.get("discover")).isBetween(60, 2 * 60 + 2);
        assertThat(health(center).isLeading()).isTrue();
    }

    @Test
    void aReadingThatFollowsAnActionAndNeverReturnsDoesNotLeaveThePlanReadingBackForEver() {
        broken.put("read", Integer.MAX_VALUE);
        broken.put("powerOff", Integer.MAX_VALUE);
        thrown.put("powerOff", new AdapterException.OutcomeUnknown(AdapterException.Cause.TIMEOUT, "nobody knows"));
        ManagementCenter center = center().config(neverFencing()).build();
        CompletionStage<DecisionOutcome> outcome = center.submit(Fixtures.readOnly("db3"));
        time.pass(DAY);

        assertThat(outcome.toCompletableFuture()).isCompleted();
        assertThat(health(center).openPlans())
                .allSatisfy(plan -> assertThat(plan.steps())
                        .allSatisfy(step ->
                                assertThat(step.since()).isAfter(time.now().minus(Duration.ofHours(1)))));
        assertThat(datacenter.routes()).doesNotContainKey(DB3);
    }

    @Test
    void callsThatNeverReturnAtOneHostAreBoundedHoweverLongTheyAreTriedAndAnotherHostsAreMade() {
        broken.put("powerOff h2", Integer.MAX_VALUE);
        ManagementCenter center = center().config(neverFencing()).build();
        for (int hour = 0; hour < 12; hour++) {
            for (String vm : List.of("db3", "db4", "mw3", "mw4")) {
                center.submit(FaultReport.ofVm(
                        VmId.of(vm), FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:" + vm, hour + 1));
            }
            time.pass(Duration.ofHours(1));
        }
        assertThat(time.hanging()).isBetween(4, 16);

        datacenter.inject(Fixtures.readOnly("mw1"));
        center.submit(FaultReport.ofVm(MW1, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:mw1", 1));
        time.pass(Duration.ofMinutes(30));
        assertThat(datacenter.actual().requireVm(MW1).health()).isEqualTo(VmHealth.HEALTHY);

        broken.clear();
        time.letGo();
        time.pass(Duration.ofHours(1));
        assertThat(datacenter.routes()).containsKey(DB3);
        assertThat(time.hanging()).isZero();
    }

    @Test
    void sixteenLooksThatNeverReturnAtOneHostDoNotStopTheDetectionOfSilence() {
        List<VmId> crowd = new ArrayList<>();
        Inventory.Builder builder = Inventory.builder();
        reference.hosts().forEach(builder::add);
        reference.vms().forEach(builder::add);
        for (int i = 0; i < 16; i++) {
            VmId id = VmId.of("crowd" + i);
            crowd.add(id);
            builder.add(Fixtures.middleware(id.value(), "h1").build());
        }
        Inventory many = builder.build();
        ManagementCenter center = center().inventory(many)
                .adapter(new SimulatedDatacenter(many).hypervisor())
                .detection(
                        DetectionConfig.builder()
                                .vmLimit(LIMIT)
                                .hostLimit(LIMIT)
                                .build(),
                        (vm, host, deadline) -> {
                            if (host.equals(H1)) {
                                throw new HangingTime.Hangs();
                            }
                            return SecondLook.NO_SIGN_OF_LIFE;
                        })
                .build();
        Set<VmId> silent = new HashSet<>();
        beat(center, many, silent, 10);
        silent.addAll(crowd);
        beat(center, many, silent, 300);
        assertThat(time.hanging()).isBetween(1, 16);
        assertThat(reports()).isEmpty();

        silent.add(DB3);
        beat(center, many, silent, 60);
        assertThat(reports()).extracting(FaultReport::subject).hasToString("[db3]");
    }

    @Test
    void aWriteToTheJournalThatDoesNotReturnIsTold() {
        AtomicBoolean hangs = new AtomicBoolean();
        PlanJournal real = new InMemoryPlanJournal();
        ManagementCenter center = center().journal(new PlanJournal() {
                    @Override
                    public JournalState open(long epoch) {
                        return real.open(epoch);
                    }

                    @Override
                    public void write(long epoch, List<JournalEntry> entries) {
                        real.write(epoch, entries);
                        if (hangs.get()) {
                            throw new HangingTime.Hangs();
                        }
                    }

                    @Override
                    public void close() {
                        real.close();
                    }
                })
                .build();
        time.pass(Duration.ofSeconds(1));
        hangs.set(true);
        CompletionStage<DecisionOutcome> outcome = center.submit(Fixtures.readOnly("db3"));
        time.pass(Duration.ofMinutes(1));

        assertThat(time.hanging()).isEqualTo(1);
        assertThat(outcome.toCompletableFuture()).isNotDone();
        assertThat(health(center).journalFailingSince()).isPresent();
        assertThat(events).anySatisfy(event -> assertThat(event.toString()).contains("has not returned"));

        hangs.set(false);
        time.letGo();
        time.pass(Duration.ofMinutes(1));
        assertThat(health(center).journalFailingSince()).isEmpty();
        assertThat(datacenter.routes()).containsKey(DB3);
    }

    private static CenterConfig neverFencing() {
        return CenterConfig.builder().hostFencing(HostFencing.NEVER).build();
    }

    private void beat(ManagementCenter center, Inventory inventory, Set<VmId> silent, int seconds) {
        for (int i = 0; i < seconds; i++) {
            long number = time.now().getEpochSecond() + 1;
            inventory.vms().stream()
                    .filter(vm -> !silent.contains(vm.id()))
                    .forEach(vm -> center.heartbeat(Heartbeat.ofVm(vm.id(), 0, number)));
            inventory.hosts().forEach(host -> center.heartbeat(Heartbeat.ofHost(host.id(), 0, number)));
            time.pass(Duration.ofSeconds(1));
        }
    }

    private List<FaultReport> reports() {
        return events.stream()
                .filter(HaEvent.ReportAccepted.class::isInstance)
                .map(event -> ((HaEvent.ReportAccepted) event).report())
                .toList();
    }

    private CenterHealth health(ManagementCenter center) {
        CompletionStage<CenterHealth> health = center.health();
        time.pass(Duration.ZERO);
        return health.toCompletableFuture().join();
    }

    private ManagementCenter.Builder center() {
        return ManagementCenter.builder()
                .adapter(breaking(datacenter.hypervisor()))
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(reference)
                .scheduler(time)
                .listener(events::add);
    }

    private HypervisorAdapter breaking(HypervisorAdapter real) {
        return (HypervisorAdapter) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HypervisorAdapter.class}, (proxy, method, arguments) -> {
                    breakIfAsked(method.getName());
                    if (arguments != null && arguments[0] instanceof VmId vm) {
                        breakIfAsked(method.getName() + " "
                                + datacenter.actual().requireVm(vm).host());
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private void breakIfAsked(String what) throws Throwable {
        int left = broken.getOrDefault(what, 0);
        if (left > 0) {
            broken.put(what, left - 1);
            throw thrown.getOrDefault(what, new HangingTime.Hangs());
        }
    }
}
