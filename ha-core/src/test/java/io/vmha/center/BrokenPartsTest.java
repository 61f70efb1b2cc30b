package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.HostFencing;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.Leadership;
import io.vmha.center.schedule.ThreadedScheduler;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** One part of the user's that is broken neither ends the center nor leaves anybody waiting. */
class BrokenPartsTest {
    private static final VmId DB1 = VmId.of("db1");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime(Instant.EPOCH, Duration.ofSeconds(1));

    @Test
    void aDeviceThatCannotSayWhatItFencesDoesNotEndTheCenter() {
        ManagementCenter center = builder(refusing("powerOff"))
                .fencingDevice(new Device() {
                    @Override
                    public boolean canFence(HostId host) {
                        throw new Unspeakable();
                    }
                })
                .build();

        run(center.submit(Fixtures.readOnly("db1")));

        assertThat(center.isLeading()).isTrue();
        assertThat(ask(center.unmet())).extracting(UnmetNeed::reason).contains(Reason.FENCING_FAILED);
    }

    @Test
    void aLeaseThatThrowsDoesNotEndTheCenter() {
        ManagementCenter center = builder(datacenter.hypervisor())
                .isolationLease(vm -> {
                    throw new Unspeakable();
                })
                .build();

        assertThat(run(center.submit(Fixtures.readOnly("db1"))).isCarriedOut()).isTrue();
    }

    @Test
    void whatCannotBeWrittenOfAnExceptionDoesNotEndTheCenter() {
        ManagementCenter center =
                builder(throwing("powerOff", new Unspeakable())).build();

        assertThat(run(center.submit(Fixtures.readOnly("db1"))).isCarriedOut()).isFalse();
        assertThat(center.isLeading()).isTrue();
    }

    @Test
    void aHostThatIsFencedForOneOfItsVmsIsConfirmedOffAtOnce() {
        datacenter.hypervisor();
        ManagementCenter center = builder(refusing("powerOff"))
                .fencingDevice(datacenter.fencingDevice())
                .config(CenterConfig.builder().hostFencing(HostFencing.ALWAYS).build())
                .build();

        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("db1")));

        assertThat(outcome.decision().parts().get(0).reason()).isEqualTo(Reason.SAME_TYPE_PRIMARY);
        assertThat(datacenter.routes()).containsKey(DB1);
    }

    @Test
    void aHostThatIsFencedForOneOfItsVmsIsDownThoughThePlatformCannotBeRead() {
        ManagementCenter center = builder(refusing("powerOff", "discover"))
                .fencingDevice(datacenter.fencingDevice())
                .config(CenterConfig.builder().hostFencing(HostFencing.ALWAYS).build())
                .build();

        CompletionStage<DecisionOutcome> unused = center.submit(Fixtures.readOnly("db1"));
        time.advanceTo(time.now().plusSeconds(600));

        assertThat(center.inventory().requireHost(HostId.of("h1")).health()).isEqualTo(HostHealth.DOWN);
        assertThat(center.inventory().requireVm(VmId.of("db2")).health())
                .as("its other VM was lost with it")
                .isEqualTo(VmHealth.FAILED);
    }

    @Test
    void aPolicyThatDecidesNothingIsListed() {
        ManagementCenter center = builder(datacenter.hypervisor())
                .policies(HaPolicies.builder()
                        .failover((inventory, report) -> new DecisionBatch(List.of()))
                        .build())
                .build();

        run(center.submit(Fixtures.readOnly("db1")));

        assertThat(ask(center.unmet()))
                .filteredOn(need -> need.subject().is(DB1))
                .isNotEmpty()
                .extracting(UnmetNeed::reason)
                .containsOnly(Reason.INVALID_DECISION);
    }

    @Test
    void whatNobodyCouldServeIsNotCarriedOut() {
        Inventory alone = Inventory.builder()
                .add(Fixtures.referenceEmbodiment().requireHost(HostId.of("h1")))
                .add(Fixtures.referenceEmbodiment().requireVm(DB1))
                .build();
        ManagementCenter center =
                builder(datacenter.hypervisor()).inventory(alone).build();

        assertThat(run(center.submit(Fixtures.readOnly("db1"))).isCarriedOut()).isFalse();
    }

    @Test
    void whoWaitsForAChangeThatIsNotWrittenIsToldAtTheClose() {
        ManagementCenter center = builder(datacenter.hypervisor())
                .scheduler(new ThreadedScheduler())
                .journal(failing())
                .build();
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        waiting.add(center.hostUp(HostId.of("h1")).toCompletableFuture());
        waiting.add(center.remove(VmId.of("mw1")).toCompletableFuture());

        center.close();

        assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
    }

    @Test
    void whatAnOperatorChoseIsNotTakenBeforeItIsWrittenDown() {
        ManagementCenter center =
                builder(datacenter.hypervisor()).journal(failing()).build();
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        waiting.add(center.pause("alice").toCompletableFuture());
        waiting.add(center.resume("alice").toCompletableFuture());
        waiting.add(center.automation(AutomationLevel.MANUAL, "alice").toCompletableFuture());
        time.advanceTo(time.now().plusSeconds(60));

        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void theSecondOfTwoEqualWordsIsNotTakenBeforeTheFirstIsWrittenDown() {
        ManagementCenter center =
                builder(datacenter.hypervisor()).journal(failing()).build();
        CompletionStage<DecisionOutcome> unused = center.desired(DB1, DesiredState.OFF, "alice");
        CompletionStage<DecisionOutcome> second = center.desired(DB1, DesiredState.OFF, "alice");
        time.advanceTo(time.now().plusSeconds(60));

        assertThat(second.toCompletableFuture()).isNotDone();
    }

    @Test
    void aListenerMayCloseTheCenter() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicReference<ManagementCenter> ours = new AtomicReference<>();
        ManagementCenter center = builder(datacenter.hypervisor())
                .scheduler(new ThreadedScheduler())
                .listener(event -> {
                    ManagementCenter found = ours.get();
                    if (found != null) {
                        found.close();
                        closed.countDown();
                    }
                })
                .build();
        ours.set(center);

        CompletionStage<DecisionOutcome> unused = center.submit(Fixtures.readOnly("db1"));

        closed.await();
        await().until(() ->
                center.submit(Fixtures.readOnly("db2")).toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    void aPartThatAnswersWithNullIsRefusedByName() {
        Map<String, ManagementCenter.Builder> broken = new LinkedHashMap<>();
        broken.put(
                "the adapter's capabilities",
                builder(silent(HypervisorAdapter.class, "capabilities", datacenter.hypervisor())));
        broken.put(
                "what a database cluster declares",
                builder(datacenter.hypervisor())
                        .databaseCluster(
                                silent(DatabaseCluster.class, "declared", datacenter.databaseCluster()),
                                Duration.ofSeconds(1)));
        broken.put(
                "what the journal",
                builder(datacenter.hypervisor()).journal(silent(PlanJournal.class, "open", new InMemoryPlanJournal())));
        broken.put(
                "the leadership's epoch",
                builder(datacenter.hypervisor())
                        .leadership(silent(Leadership.class, "epoch", Leadership.soleCenter())));

        broken.forEach((part, builder) -> assertThatIllegalStateException()
                .isThrownBy(builder::build)
                .withMessageContaining(part)
                .withMessageEndingWith("must not be null"));
    }

    @Test
    void anEpochBelowZeroIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(builder(datacenter.hypervisor()).leadership(() -> OptionalLong.of(-7))::build)
                .withMessage("the leadership's epoch must be 0 or more: -7");
    }

    @Test
    void durationsThatNoClockCanCountAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CenterConfig.builder()
                        .actionDeadline(Duration.ofDays(36_500))
                        .build())
                .withMessage("actionDeadline must be at most 366 days: PT876000H");
    }

    private ManagementCenter.Builder builder(HypervisorAdapter adapter) {
        return ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(datacenter.actual())
                .scheduler(time);
    }

    private static PlanJournal failing() {
        PlanJournal real = new InMemoryPlanJournal();
        return (PlanJournal) Proxy.newProxyInstance(
                PlanJournal.class.getClassLoader(), new Class<?>[] {PlanJournal.class}, (proxy, call, args) -> {
                    if (call.getName().equals("write")) {
                        throw new JournalException("the disk is full", null);
                    }
                    return call.invoke(real, args);
                });
    }

    /** One that answers a question with null. */
    private static <T> T silent(Class<T> type, String method, T real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, call, args) -> {
            Object answer = call.invoke(real, args);
            return call.getName().equals(method) ? null : answer;
        }));
    }

    private HypervisorAdapter refusing(String... methods) {
        return throwing(Set.of(methods), new AdapterException.Permanent(AdapterException.Cause.REFUSED, "no"));
    }

    private HypervisorAdapter throwing(String method, RuntimeException thrown) {
        return throwing(Set.of(method), thrown);
    }

    private HypervisorAdapter throwing(Set<String> methods, RuntimeException thrown) {
        HypervisorAdapter real = datacenter.hypervisor();
        return (HypervisorAdapter) Proxy.newProxyInstance(
                HypervisorAdapter.class.getClassLoader(),
                new Class<?>[] {HypervisorAdapter.class},
                (proxy, call, args) -> {
                    if (methods.contains(call.getName())) {
                        throw thrown;
                    }
                    try {
                        return call.invoke(real, args);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private <T> T ask(CompletionStage<T> question) {
        time.advanceTo(time.now().plusSeconds(1));
        return question.toCompletableFuture().join();
    }

    private DecisionOutcome run(CompletionStage<DecisionOutcome> outcome) {
        time.advanceTo(time.now().plusSeconds(600));
        return outcome.toCompletableFuture().join();
    }

    private abstract static class Device implements FencingDevice {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public void fence(HostId host, CallContext call) {}

        @Override
        public PowerState powerState(HostId host, CallContext call) {
            return PowerState.UNKNOWN;
        }
    }

    /** What cannot even be asked what it is. */
    private static final class Unspeakable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException();
        }

        @Override
        public String toString() {
            throw new IllegalStateException();
        }
    }
}
