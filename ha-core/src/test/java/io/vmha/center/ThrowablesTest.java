package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.CapturedLog;
import io.vmha.Fixtures;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
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
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.Level;

/** Whatever a user's code throws, an {@link Error} included, ends in an outcome or at who waits, in an event, and the center goes on. */
class ThrowablesTest {
    private static final VmId DB3 = VmId.of("db3");
    private static final VmId MW3 = VmId.of("mw3");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();
    private Throwable thrown = new LinkageError("broken");

    /** What may hit any line of code, whoever wrote it. */
    static Stream<Throwable> errors() {
        return Stream.of(
                new LinkageError("broken"),
                new OutOfMemoryError("broken"),
                new StackOverflowError("broken"),
                new NoClassDefFoundError("broken"));
    }

    @BeforeEach
    void keepLog() {
        CapturedLog.begin();
    }

    @AfterEach
    void keepNoLog() {
        CapturedLog.end();
    }

    /** It is in a line of the log that an operator is woken by, with its stack trace. */
    private void assertLogged() {
        assertThat(CapturedLog.end())
                .filteredOn(line -> line.level() == Level.ERROR)
                .extracting(CapturedLog.Line::thrown)
                .contains(thrown);
        assertThat(thrown.getStackTrace()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfAnAdapterIsAFailedActionWithAnUnknownOutcome(Throwable error) {
        thrown = error;
        ManagementCenter center = center().adapter(
                        breaking(HypervisorAdapter.class, "powerOff", datacenter.hypervisor()))
                .build();
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("db3")));

        assertThat(outcome.isCarriedOut()).isFalse();
        assertThat(details(outcome))
                .anyMatch(detail -> detail.contains(thrown.getClass().getSimpleName() + ": broken"));
        assertThat(outcome.decision().parts())
                .extracting(SubjectDecision::reason)
                .containsExactly(Reason.FENCING_FAILED);
        assertThat(events)
                .hasAtLeastOneElementOfType(HaEvent.ActionEnded.class)
                .hasAtLeastOneElementOfType(HaEvent.DecisionBlocked.class);
        assertThat(datacenter.routes()).isEmpty();
        goesOn(center);
        assertLogged();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfATrafficDirectorIsAFailedAction(Throwable error) {
        thrown = error;
        ManagementCenter center = center().trafficDirector(
                        breaking(TrafficDirector.class, "route", datacenter.trafficDirector()))
                .build();
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("db3")));

        assertThat(outcome.isCarriedOut()).isFalse();
        assertThat(details(outcome))
                .anyMatch(detail -> detail.contains(thrown.getClass().getSimpleName() + ": broken"));
        assertThat(center.inventory().requireVm(DB3).servedBy()).isEmpty();
        assertThat(run(center.health()).isLeading()).isTrue();
        assertLogged();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfAFencingDeviceIsAFailedAction(Throwable error) {
        thrown = error;
        datacenter.inject(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));
        ManagementCenter center = center().fencingDevice(
                        breaking(FencingDevice.class, "fence", datacenter.fencingDevice()))
                .build();
        DecisionOutcome outcome = run(center.submit(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE)));

        assertThat(details(outcome))
                .anyMatch(detail -> detail.contains(thrown.getClass().getSimpleName() + ": broken"));
        assertThat(datacenter.routes()).doesNotContainKey(DB3);
        assertThat(run(center.health()).isLeading()).isTrue();
        assertLogged();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfAPolicyGoesToWhoReportedAndTheSameReportMayComeAgain(Throwable error) {
        thrown = error;
        AtomicBoolean isBroken = new AtomicBoolean(true);
        var real = HaPolicies.withDefaults().failover();
        ManagementCenter center = center().policies(HaPolicies.builder()
                        .failover((inventory, report) -> {
                            if (isBroken.get()) {
                                throw (Error) thrown;
                            }
                            return real.decide(inventory, report);
                        })
                        .build())
                .build();
        CompletionStage<DecisionOutcome> outcome = center.submit(Fixtures.readOnly("db3"));
        time.runToEnd();
        assertThatThrownBy(() -> outcome.toCompletableFuture().join())
                .hasCause(thrown)
                .hasMessageContaining("broken");

        isBroken.set(false);
        run(center.submit(Fixtures.readOnly("db3")));
        assertThat(datacenter.routes()).containsKey(DB3);
        goesOn(center);
        assertLogged();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aPolicyThatFailsOnOneReportDecidesTheOthersOfTheSameMoment(Throwable error) {
        thrown = error;
        var real = HaPolicies.withDefaults().failover();
        ManagementCenter center = center().policies(HaPolicies.builder()
                        .failover((inventory, report) -> {
                            if (report.subject().is(MW3)) {
                                throw (Error) thrown;
                            }
                            return real.decide(inventory, report);
                        })
                        .build())
                .build();
        CompletionStage<DecisionOutcome> first = center.submit(Fixtures.readOnly("mw1"));
        CompletionStage<DecisionOutcome> failed = center.submit(Fixtures.readOnly("mw3"));
        CompletionStage<DecisionOutcome> last = center.submit(Fixtures.readOnly("db3"));
        time.runToEnd();

        assertThat(first.toCompletableFuture()).isCompletedWithValueMatching(DecisionOutcome::isCarriedOut);
        assertThat(last.toCompletableFuture()).isCompletedWithValueMatching(DecisionOutcome::isCarriedOut);
        assertThat(failed.toCompletableFuture()).isCompletedExceptionally();
        assertLogged();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfAListenerDeafensNeitherItNorTheOthers(Throwable error) {
        thrown = error;
        List<HaEvent> heard = new ArrayList<>();
        ManagementCenter center = center().listener(event -> {
                    heard.add(event);
                    throw (Error) thrown;
                })
                .build();
        run(center.submit(Fixtures.readOnly("db3")));

        assertThat(heard).isEqualTo(events).isNotEmpty();
        goesOn(center);
        assertLogged();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfTheJournalIsToldAndTheWriteIsMadeAgain(Throwable error) {
        thrown = error;
        AtomicBoolean isBroken = new AtomicBoolean();
        PlanJournal real = new InMemoryPlanJournal();
        ManagementCenter center = center().journal(new PlanJournal() {
                    @Override
                    public JournalState open(long epoch) {
                        return real.open(epoch);
                    }

                    @Override
                    public void write(long epoch, List<JournalEntry> entries) {
                        if (isBroken.get()) {
                            throw (Error) thrown;
                        }
                        real.write(epoch, entries);
                    }

                    @Override
                    public void close() {
                        real.close();
                    }
                })
                .build();
        time.runToEnd();
        isBroken.set(true);
        CompletionStage<DecisionOutcome> outcome = center.submit(Fixtures.readOnly("db3"));
        time.advanceTo(time.now().plusSeconds(5));

        assertThat(outcome.toCompletableFuture()).isNotDone();
        assertThat(datacenter.actual().requireVm(DB3).power()).isEqualTo(PowerState.ON);
        CompletionStage<?> health = center.health();
        time.advanceTo(time.now());
        assertThat(health.toCompletableFuture()).isCompleted();
        assertThat(events)
                .filteredOn(HaEvent.JournalChanged.class::isInstance)
                .singleElement()
                .satisfies(event ->
                        assertThat(((HaEvent.JournalChanged) event).detail()).contains("broken"));

        isBroken.set(false);
        assertThat(run(outcome).isCarriedOut()).isTrue();
        assertLogged();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfASecondLookLeavesTheVmSuspectAndTheDetectionGoesOn(Throwable error) {
        thrown = error;
        SilenceLimit limit = new SilenceLimit.Deadline(Duration.ofSeconds(1), Duration.ofSeconds(4));
        AtomicBoolean isBroken = new AtomicBoolean(true);
        ManagementCenter center = center().detection(
                        DetectionConfig.builder()
                                .vmLimit(limit)
                                .hostLimit(limit)
                                .build(),
                        (vm, host, deadline) -> {
                            if (isBroken.get()) {
                                throw (Error) thrown;
                            }
                            return SecondLook.NO_SIGN_OF_LIFE;
                        })
                .build();
        beatAllBut(MW3, center, 5, 0);
        beatAllBut(MW3, center, 60, 1);
        assertThat(center.inventory().requireVm(MW3).health()).isEqualTo(VmHealth.SUSPECT);
        assertThat(events).noneMatch(HaEvent.ReportAccepted.class::isInstance);
        assertLogged();

        isBroken.set(false);
        beatAllBut(MW3, center, 60, 1);
        assertThat(events).anyMatch(HaEvent.ReportAccepted.class::isInstance);
    }

    /** All VMs send each second; after some seconds but one does. */
    private void beatAllBut(VmId silent, ManagementCenter center, int seconds, int silentOnes) {
        for (int i = 0; i < seconds; i++) {
            long number = time.now().getEpochSecond() + 1;
            center.inventory().vms().stream()
                    .map(VirtualMachine::id)
                    .filter(vm -> silentOnes == 0 || !vm.equals(silent))
                    .forEach(vm -> center.heartbeat(Heartbeat.ofVm(vm, 0, number)));
            time.advanceTo(time.now().plusSeconds(1));
        }
    }

    @Test
    void anErrorOfAnUpdateGoesToWhoAskedForItAndChangesNothing() {
        ManagementCenter center = center().build();
        // The databases are read first.
        time.runToEnd();
        Inventory before = center.inventory();
        CompletionStage<Inventory> updated = center.update(inventory -> {
            throw (Error) thrown;
        });
        time.runToEnd();

        assertThatThrownBy(() -> updated.toCompletableFuture().join())
                .hasCause(thrown)
                .hasMessageContaining("broken");
        assertThat(center.inventory()).isEqualTo(before);
        goesOn(center);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aPlatformThatCannotBeReadIsReadAgain(Throwable error) {
        thrown = error;
        AtomicBoolean isRead = new AtomicBoolean();
        HypervisorAdapter real = datacenter.hypervisor();
        HypervisorAdapter broken = (HypervisorAdapter) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HypervisorAdapter.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("discover") && isRead.compareAndSet(false, true)) {
                        throw (Error) thrown;
                    }
                    return invoke(method, real, arguments);
                });
        datacenter.inject(Fixtures.hostDown("h2"));
        ManagementCenter center = center().adapter(broken).build();
        run(center.submit(Fixtures.hostDown("h2")));

        assertThat(isRead).isTrue();
        // A database of a lost host is looked for first: it moved, so that the reading was made again.
        assertThat(datacenter.routes()).containsKey(DB3);
        assertLogged();
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOnTheLoopItselfEndsTheCenterWhichSaysSoToAllWhoWait(Throwable error) {
        thrown = error;
        datacenter.change(actual -> FaultEffects.apply(actual, Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE)));
        ManagementCenter center = center().random(() -> {
                    throw (Error) thrown;
                })
                .build();
        CompletionStage<DecisionOutcome> waiting = center.submit(Fixtures.readOnly("db3"));
        time.runToEnd();

        assertThatThrownBy(() -> waiting.toCompletableFuture().join())
                .hasMessageContaining("the management center ended by an error")
                .hasRootCause(thrown);
        assertThat(events)
                .filteredOn(HaEvent.CenterEnded.class::isInstance)
                .containsExactly(new HaEvent.CenterEnded(time.now(), thrown.toString()));
        assertThat(run(center.health()).isLeading()).isFalse();
        CompletionStage<DecisionOutcome> later = center.submit(Fixtures.readOnly("mw1"));
        time.runToEnd();
        assertThatThrownBy(() -> later.toCompletableFuture().join()).hasMessageContaining("ended by an error");
        assertThat(datacenter.actual().requireVm(VmId.of("mw1")).power()).isEqualTo(PowerState.ON);
        assertLogged();
    }

    /** Another fault is handled as if nothing had been. */
    private void goesOn(ManagementCenter center) {
        CompletionStage<DecisionOutcome> next =
                center.submit(FaultReport.ofVm(MW3, FaultKind.SERVICE_DOWN, time.now(), "monitor:mw3", 1));
        time.runToEnd();
        assertThat(next.toCompletableFuture()).isDone();
        assertThat(run(center.health()).isLeading()).isTrue();
    }

    private static List<String> details(DecisionOutcome outcome) {
        return outcome.actions().stream()
                .filter(action -> action.result() == ActionResult.FAILED)
                .map(ActionRecord::detail)
                .toList();
    }

    private <T> T breaking(Class<T> type, String broken, T real) {
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals(broken)) {
                        throw (Error) thrown;
                    }
                    return invoke(method, real, arguments);
                }));
    }

    private static Object invoke(java.lang.reflect.Method method, Object real, Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private ManagementCenter.Builder center() {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(Fixtures.referenceEmbodiment())
                .scheduler(time)
                .listener(events::add);
    }

    private <T> T run(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
