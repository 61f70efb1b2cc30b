package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Whatever a user's code throws, an {@link Error} included, ends in an outcome or at who waits, in an event, and the center goes on. */
class ThrowablesTest {
    private static final VmId DB3 = VmId.of("db3");
    private static final VmId MW3 = VmId.of("mw3");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();

    @Test
    void anErrorOfAnAdapterIsAFailedActionWithAnUnknownOutcome() {
        ManagementCenter center = center().adapter(
                        breaking(HypervisorAdapter.class, "powerOff", datacenter.hypervisor()))
                .build();
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("db3")));

        assertThat(outcome.isCarriedOut()).isFalse();
        assertThat(details(outcome)).anyMatch(detail -> detail.contains("LinkageError: broken"));
        assertThat(outcome.decision().parts())
                .extracting(SubjectDecision::reason)
                .containsExactly(Reason.FENCING_FAILED);
        assertThat(events)
                .hasAtLeastOneElementOfType(HaEvent.ActionEnded.class)
                .hasAtLeastOneElementOfType(HaEvent.DecisionBlocked.class);
        assertThat(datacenter.routes()).isEmpty();
        goesOn(center);
    }

    @Test
    void anErrorOfATrafficDirectorIsAFailedAction() {
        ManagementCenter center = center().trafficDirector(
                        breaking(TrafficDirector.class, "route", datacenter.trafficDirector()))
                .build();
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("db3")));

        assertThat(outcome.isCarriedOut()).isFalse();
        assertThat(details(outcome)).anyMatch(detail -> detail.contains("LinkageError: broken"));
        assertThat(center.inventory().requireVm(DB3).servedBy()).isEmpty();
        assertThat(run(center.health()).isLeading()).isTrue();
    }

    @Test
    void anErrorOfAFencingDeviceIsAFailedAction() {
        datacenter.inject(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));
        ManagementCenter center = center().fencingDevice(
                        breaking(FencingDevice.class, "fence", datacenter.fencingDevice()))
                .build();
        DecisionOutcome outcome = run(center.submit(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE)));

        assertThat(details(outcome)).anyMatch(detail -> detail.contains("LinkageError: broken"));
        assertThat(datacenter.routes()).doesNotContainKey(DB3);
        assertThat(run(center.health()).isLeading()).isTrue();
    }

    @Test
    void anErrorOfAPolicyGoesToWhoReportedAndTheSameReportMayComeAgain() {
        AtomicBoolean isBroken = new AtomicBoolean(true);
        var real = HaPolicies.withDefaults().failover();
        ManagementCenter center = center().policies(HaPolicies.builder()
                        .failover((inventory, report) -> {
                            if (isBroken.get()) {
                                throw new LinkageError("broken");
                            }
                            return real.decide(inventory, report);
                        })
                        .build())
                .build();
        CompletionStage<DecisionOutcome> outcome = center.submit(Fixtures.readOnly("db3"));
        time.runToEnd();
        assertThatThrownBy(() -> outcome.toCompletableFuture().join())
                .hasCauseInstanceOf(LinkageError.class)
                .hasMessageContaining("broken");

        isBroken.set(false);
        run(center.submit(Fixtures.readOnly("db3")));
        assertThat(datacenter.routes()).containsKey(DB3);
        goesOn(center);
    }

    @Test
    void anErrorOfAListenerDeafensNeitherItNorTheOthers() {
        List<HaEvent> heard = new ArrayList<>();
        ManagementCenter center = center().listener(event -> {
                    heard.add(event);
                    throw new AssertionError("broken");
                })
                .build();
        run(center.submit(Fixtures.readOnly("db3")));

        assertThat(heard).isEqualTo(events).isNotEmpty();
        goesOn(center);
    }

    @Test
    void anErrorOfTheJournalIsToldAndTheWriteIsMadeAgain() {
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
                            throw new LinkageError("broken");
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
    }

    @Test
    void anErrorOfAnUpdateGoesToWhoAskedForItAndChangesNothing() {
        ManagementCenter center = center().build();
        Inventory before = center.inventory();
        CompletionStage<Inventory> updated = center.update(inventory -> {
            throw new LinkageError("broken");
        });
        time.runToEnd();

        assertThatThrownBy(() -> updated.toCompletableFuture().join())
                .hasCauseInstanceOf(LinkageError.class)
                .hasMessageContaining("broken");
        assertThat(center.inventory()).isEqualTo(before);
        goesOn(center);
    }

    @Test
    void aPlatformThatCannotBeReadIsReadAgain() {
        AtomicBoolean isRead = new AtomicBoolean();
        HypervisorAdapter real = datacenter.hypervisor();
        HypervisorAdapter broken = (HypervisorAdapter) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HypervisorAdapter.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("discover") && isRead.compareAndSet(false, true)) {
                        throw new LinkageError("broken");
                    }
                    return invoke(method, real, arguments);
                });
        datacenter.inject(Fixtures.hostDown("h2"));
        ManagementCenter center = center().adapter(broken).build();
        run(center.submit(Fixtures.hostDown("h2")));

        assertThat(isRead).isTrue();
        // A database of a lost host is looked for first: it moved, so that the reading was made again.
        assertThat(datacenter.routes()).containsKey(DB3);
    }

    @Test
    void anErrorOnTheLoopItselfEndsTheCenterWhichSaysSoToAllWhoWait() {
        datacenter.change(actual -> FaultEffects.apply(actual, Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE)));
        ManagementCenter center = center().random(() -> {
                    throw new LinkageError("broken");
                })
                .build();
        CompletionStage<DecisionOutcome> waiting = center.submit(Fixtures.readOnly("db3"));
        time.runToEnd();

        assertThatThrownBy(() -> waiting.toCompletableFuture().join())
                .hasMessageContaining("the management center ended by an error")
                .hasRootCauseInstanceOf(LinkageError.class);
        assertThat(events)
                .filteredOn(HaEvent.CenterEnded.class::isInstance)
                .containsExactly(new HaEvent.CenterEnded(time.now(), "java.lang.LinkageError: broken"));
        assertThat(run(center.health()).isLeading()).isFalse();
        CompletionStage<DecisionOutcome> later = center.submit(Fixtures.readOnly("mw1"));
        time.runToEnd();
        assertThatThrownBy(() -> later.toCompletableFuture().join()).hasMessageContaining("ended by an error");
        assertThat(datacenter.actual().requireVm(VmId.of("mw1")).power()).isEqualTo(PowerState.ON);
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
                        throw new LinkageError("broken");
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
                .databasePromoter(datacenter.databasePromoter())
                .inventory(Fixtures.referenceEmbodiment())
                .scheduler(time)
                .listener(events::add);
    }

    private <T> T run(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
