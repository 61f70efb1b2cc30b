package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.RecoveryMode;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What recoveries leave behind: how it is listed, and how it goes. */
class LeftoversTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final HypervisorAdapter platform = datacenter.hypervisor();
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();
    private final List<JournalEntry> written = new ArrayList<>();
    private final PlanJournal journal = recording(new InMemoryPlanJournal());
    private boolean startsFail;
    private long epoch;
    private long sequence;

    @Test
    void whatClonesReplacedIsListedAcrossRestartsAndDeletedByACall() {
        ManagementCenter first = center();
        recloned(first);
        recloned(first);
        List<Leftover> listed = ask(first.leftovers());
        assertThat(listed).hasSize(2).extracting(Leftover::vm).containsOnly(MW1);
        assertThat(onPlatform()).hasSize(2);
        first.close();

        ManagementCenter center = center();
        assertThat(ask(center.leftovers())).isEqualTo(listed);
        events.clear();
        DecisionOutcome outcome = ask(center.deleteLeftovers(MW1, "alice"));

        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(outcome.actions())
                .extracting(record -> record.action().kind())
                .containsOnly(ActionKind.DELETE_LEFTOVERS);
        assertThat(onPlatform()).isEmpty();
        assertThat(ask(center.leftovers())).isEmpty();
        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
        assertThat(events)
                .anyMatch(event -> event instanceof HaEvent.ActionEnded ended
                        && ended.action().action() instanceof Action.DeleteLeftovers);
        assertThat(written)
                .as("its intent is written before its effect, and its outcome after it")
                .anyMatch(entry -> entry instanceof JournalEntry.StepStarted started
                        && started.action() instanceof Action.DeleteLeftovers)
                .anyMatch(entry -> entry instanceof JournalEntry.LeftoverDeleted);
        center.close();
        assertThat(ask(center().leftovers())).isEmpty();
    }

    @Test
    void nothingIsDeletedOfAVmThatDoesNotRunWell() {
        ManagementCenter center = center();
        recloned(center);
        datacenter.change(actual -> actual.with(actual.requireVm(MW1).withPower(PowerState.OFF)));
        ask(center.pause("alice"));
        report(center);

        assertThatThrownBy(() -> ask(center.deleteLeftovers(MW1, "alice")))
                .hasMessageContaining("what is left of mw1 may be wanted still");
        assertThat(onPlatform()).hasSize(1);
        assertThat(ask(center.leftovers())).hasSize(1);
    }

    @Test
    void aVmThatFailsBeforeTheDeletionHasItsEffectKeepsWhatIsLeftOfIt() {
        ManagementCenter center = center();
        recloned(center);
        ask(center.pause("alice"));
        CompletionStage<DecisionOutcome> asked = center.deleteLeftovers(MW1, "alice");
        time.runToEnd();
        report(center);
        ask(center.resume("alice"));

        assertThat(ask(asked).isCarriedOut()).isFalse();
        assertThat(ask(center.leftovers())).isNotEmpty();
        assertThat(onPlatform()).isNotEmpty();
    }

    @Test
    void whatIsNotListedIsNotDeletedAndWhoCallsMustBeNamed() {
        ManagementCenter center = center();
        assertThatThrownBy(() -> ask(center.deleteLeftovers(MW1, "alice")))
                .hasMessageContaining("nothing is listed as left over of mw1");
        assertThatThrownBy(() -> center.deleteLeftovers(MW1, " ")).hasMessageContaining("operator must not be blank");
    }

    @Test
    void whatIsLeftOfAVmThatWasRemovedIsDeletedToo() {
        ManagementCenter center = center();
        recloned(center);
        ask(center.pause("alice"));
        datacenter.change(actual -> actual.without(MW1));
        ask(center.remove(MW1));
        ask(center.resume("alice"));
        assertThat(center.inventory().vm(MW1)).isEmpty();

        assertThat(ask(center.deleteLeftovers(MW1, "alice")).isCarriedOut()).isTrue();
        assertThat(onPlatform()).isEmpty();
    }

    @Test
    void aCloneThatIsNotStartedSinceItsVmWasRepairedMeanwhileIsListed() {
        startsFail = true;
        ManagementCenter center = center();
        report(center);
        VirtualMachine clone = datacenter.actual().requireVm(MW1);
        assertThat(clone.power()).isEqualTo(PowerState.OFF);
        startsFail = false;
        datacenter.change(actual -> actual.with(clone.withPower(PowerState.ON)));
        ask(center.repaired(MW1));

        assertThat(ask(center.leftovers()))
                .extracting(Leftover::what)
                .contains("what its clone replaced", "a clone that was not needed");
    }

    private void recloned(ManagementCenter center) {
        int before = ask(center.leftovers()).size();
        report(center);
        assertThat(ask(center.leftovers())).hasSize(before + 1);
        time.advanceTo(time.now().plus(Duration.ofMinutes(5)));
        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
    }

    private void report(ManagementCenter center) {
        CompletionStage<DecisionOutcome> unused = center.submit(
                FaultReport.ofVm(MW1, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:mw1", ++sequence));
        time.runToEnd();
    }

    private List<String> onPlatform() {
        List<String> found = new ArrayList<>();
        for (String host : List.of("h1", "h2", "h3")) {
            found.addAll(platform.leftovers(MW1, HostId.of(host), CallContext.within(Duration.ofSeconds(1))));
        }
        return found;
    }

    private PlanJournal recording(PlanJournal inner) {
        return new PlanJournal() {
            @Override
            public JournalState open(long leader) {
                return inner.open(leader);
            }

            @Override
            public void write(long leader, List<JournalEntry> entries) {
                inner.write(leader, entries);
                written.addAll(entries);
            }

            @Override
            public boolean blocks() {
                return false;
            }

            @Override
            public void close() {
                inner.close();
            }
        };
    }

    private ManagementCenter center() {
        long term = ++epoch;
        return ManagementCenter.builder()
                .adapter(platformThatMayRefuseStarts())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .putRecovery(VmType.MIDDLEWARE, RecoveryMode.REDIRECT_AND_RECLONE)
                                .failback(FailbackMode.AUTOMATIC)
                                .build())
                        .build())
                .config(CenterConfig.defaults())
                .inventory(datacenter.actual())
                .journal(journal)
                .leadership(() -> OptionalLong.of(term))
                .scheduler(time)
                .listener(events::add)
                .build();
    }

    /** The simulated platform, on which no VM starts while {@link #startsFail}. */
    private HypervisorAdapter platformThatMayRefuseStarts() {
        return (HypervisorAdapter) Proxy.newProxyInstance(
                HypervisorAdapter.class.getClassLoader(),
                new Class<?>[] {HypervisorAdapter.class},
                (proxy, method, arguments) -> {
                    if (startsFail && method.getName().equals("powerOn")) {
                        throw new AdapterException.Permanent(AdapterException.Cause.REFUSED, "no VM starts today");
                    }
                    try {
                        return method.invoke(platform, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
