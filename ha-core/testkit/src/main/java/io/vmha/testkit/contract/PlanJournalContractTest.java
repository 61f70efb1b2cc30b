package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.center.config.AutomationLevel;
import io.vmha.center.event.ActionResult;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.HostState;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.journal.ReplicaSetState;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultReport;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.Decision;
import io.vmha.policy.HaPolicies;
import io.vmha.testkit.Datacenter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What every plan journal keeps to. An implementation's test extends it. */
public abstract class PlanJournalContractTest {
    private static final VmId DB3 = VmId.of("db3");
    private static final HostId H2 = HostId.of("h2");
    private static final PlanId PLAN = new PlanId(7);
    private static final Action OFF = new Action.PowerOff(DB3, H2);

    /** For the test of an implementation. */
    protected PlanJournalContractTest() {}

    /** An empty journal that the test closes. */
    protected abstract PlanJournal journal();

    /** The journal as the next center finds it. */
    protected abstract PlanJournal afterCrash(PlanJournal before);

    @Test
    void anEmptyJournalHoldsNothing() {
        try (PlanJournal journal = journal()) {
            assertThat(journal.open(1)).isEqualTo(JournalState.empty());
        }
    }

    @Test
    void aPlanThatWasNotFinishedIsThereForTheNextCenter() {
        JournalEntry.PlanOpened opened = opened(PLAN, Datacenter.readOnly("db3"));
        JournalEntry.StepStarted started = new JournalEntry.StepStarted(PLAN, 0, 2, OFF, 1, Instant.EPOCH);
        JournalState left = left(List.of(opened, new JournalEntry.PlanApproved(PLAN, "me"), started));

        JournalState.OpenPlan plan = left.open().get(0);
        assertThat(left.lastPlan()).isEqualTo(7);
        assertThat(plan.opened()).hasToString(opened.toString());
        assertThat(plan.approvedBy()).contains("me");
        assertThat(plan.started()).containsEntry(0, started);
        assertThat(plan.ended()).isEmpty();
    }

    @Test
    void aPlanThatWasClosedIsGoneButItsNumberAndReportAreKnown() {
        JournalState left = left(List.of(
                new JournalEntry.ReportTaken(Instant.EPOCH, Datacenter.readOnly("db3")),
                new JournalEntry.VmRecovered(DB3, Instant.EPOCH),
                opened(PLAN, Datacenter.readOnly("db3")),
                new JournalEntry.PlanClosed(PLAN)));

        assertThat(left.open()).isEmpty();
        assertThat(left.lastPlan()).isEqualTo(7);
        assertThat(left.reports())
                .extracting(JournalEntry.ReportTaken::report)
                .containsExactly(Datacenter.readOnly("db3"));
        assertThat(left.recoveries()).extracting(JournalEntry.VmRecovered::vm).containsExactly(DB3);
    }

    @Test
    void aPlanThatIsOnlyOfferedIsOfferedByTheNextCenterTooUntilItIsClosed() {
        JournalEntry.PlanOpened offer = revision(1, true);

        assertThat(left(List.of(offer)).open())
                .singleElement()
                .satisfies(plan -> assertThat(plan.opened().isOffer()).isTrue());
        assertThat(left(List.of(offer)).lastPlan()).isEqualTo(7);
        assertThat(left(List.of(offer, new JournalEntry.PlanClosed(PLAN))).open())
                .isEmpty();
    }

    @Test
    void aHigherRevisionReplacesAPlanAndALowerOneDoesNot() {
        for (List<JournalEntry> written : List.<List<JournalEntry>>of(
                List.of(revision(1, false), revision(2, false)), List.of(revision(2, false), revision(1, false)))) {
            assertThat(left(written).open())
                    .singleElement()
                    .satisfies(plan -> assertThat(plan.opened().revision()).isEqualTo(2));
        }
    }

    @Test
    void theStepsOfAnEarlierRevisionAreNoneOfAHigherOne() {
        JournalEntry.StepStarted ofFirst = new JournalEntry.StepStarted(
                PLAN, 0, 1, revision(1, false).plan().steps().get(0).action(), 1, Instant.EPOCH);
        List<JournalEntry> written = List.of(revision(1, false), ofFirst, revision(2, false));

        assertThat(left(written).open())
                .singleElement()
                .satisfies(plan -> assertThat(plan.started()).isEmpty());
        assertThat(left(written, written).open())
                .singleElement()
                .satisfies(plan -> assertThat(plan.started()).isEmpty());
    }

    private static JournalEntry.PlanOpened revision(int revision, boolean isOffer) {
        JournalEntry.PlanOpened first = opened(PLAN, Datacenter.readOnly("db3"));
        return new JournalEntry.PlanOpened(
                Instant.EPOCH, revision, first.report(), first.decision(), first.plan(), isOffer);
    }

    @Test
    void whatIsAsItIsByDefaultAgainIsForgotten() {
        OpenFault fault = new OpenFault(Datacenter.hostDown("h2"), Instant.EPOCH);
        VmState lost = new VmState(
                Datacenter.threeHosts().inventory().requireVm(DB3),
                Set.of(),
                DesiredState.RUNNING,
                List.of(fault),
                Set.of(VmState.Flag.UNSEARCHED),
                Optional.empty(),
                Optional.empty());
        HostState down = new HostState(
                Datacenter.threeHosts().inventory().requireHost(H2), Optional.of(fault), true, Optional.empty());
        JournalEntry vm = new JournalEntry.VmNoted(lost);
        JournalEntry host = new JournalEntry.HostNoted(down);

        assertThat(left(List.of(vm, host)).vms()).containsExactly(lost);
        assertThat(left(List.of(vm, host)).hosts()).containsExactly(down);
        List<JournalEntry> wellAgain =
                List.of(vm, host, new JournalEntry.VmForgotten(DB3), new JournalEntry.HostForgotten(H2));
        assertThat(left(wellAgain)).isEqualTo(JournalState.empty());
    }

    @Test
    void aSetOfHostsIsKeptAsItIsAndAnEmptyOneIsNotAnUnknownOne() {
        for (Set<HostId> mayRunOn : List.of(Set.<HostId>of(), Set.of(H2), Set.of(H2, HostId.of("h1")))) {
            VmState state = new VmState(
                    Datacenter.threeHosts().inventory().requireVm(DB3),
                    mayRunOn,
                    DesiredState.OFF,
                    List.of(),
                    Set.of(),
                    Optional.of(Instant.EPOCH),
                    Optional.of(Instant.EPOCH.plusSeconds(1)));
            assertThat(left(List.of(new JournalEntry.VmNoted(state))).vms()).containsExactly(state);
        }
    }

    @Test
    void whatOperatorsChoseWhoWritesAndWhatIsLeftOverIsThereForTheNextCenter() {
        CenterSettings settings = new CenterSettings(true, Optional.of(AutomationLevel.MANUAL));
        ReplicaSetState set = new ReplicaSetState(
                ReplicaSetId.of("stock"),
                3,
                Optional.of(MemberId.of("standby")),
                Set.of(MemberId.of("primary")),
                Optional.empty(),
                Optional.of(new ReplicaSetState(
                        ReplicaSetId.of("stock"),
                        2,
                        Optional.of(MemberId.of("primary")),
                        Set.of(),
                        Optional.empty(),
                        Optional.empty())));
        Leftover leftover = new Leftover(DB3, H2, "what its clone replaced", Instant.EPOCH);
        JournalState left = left(List.of(
                new JournalEntry.SettingsChanged(settings),
                new JournalEntry.ReplicaSetNoted(set),
                new JournalEntry.LeftBehind(leftover)));

        assertThat(left.isFirst()).isFalse();
        assertThat(left.settings()).isEqualTo(settings);
        assertThat(left.replicaSets()).containsExactly(set);
        assertThat(left.leftovers()).containsExactly(leftover);
    }

    @Test
    void writingTheSameAgainChangesNothing() {
        List<JournalEntry> entries = List.of(
                opened(PLAN, Datacenter.readOnly("db3")),
                new JournalEntry.ReportTaken(Instant.EPOCH, Datacenter.readOnly("db3")),
                new JournalEntry.VmRecovered(DB3, Instant.EPOCH),
                new JournalEntry.LeftBehind(new Leftover(DB3, H2, "what its clone replaced", Instant.EPOCH)),
                new JournalEntry.StepStarted(PLAN, 0, 1, OFF, 1, Instant.EPOCH),
                new JournalEntry.StepEnded(PLAN, 0, 1, OFF, ActionResult.DONE, "", Instant.EPOCH));
        List<JournalEntry> twice = new ArrayList<>(entries);
        twice.addAll(entries);

        assertThat(JournalText.of(left(twice))).isEqualTo(JournalText.of(left(entries)));
        assertThat(JournalText.of(left(entries, entries))).isEqualTo(JournalText.of(left(entries)));
    }

    @Test
    void aLeaderOfAnEarlierEpochIsRefused() {
        try (PlanJournal journal = journal()) {
            journal.open(5);

            assertThatThrownBy(() -> journal.open(4))
                    .isInstanceOf(JournalException.Superseded.class)
                    .hasMessageContaining("epoch 5");
            assertThatThrownBy(() -> journal.write(4, List.of(new JournalEntry.PlanClosed(PLAN))))
                    .isInstanceOf(JournalException.Superseded.class);
        }
    }

    @Test
    void theEpochIsKnownToTheNextCenter() {
        PlanJournal journal = journal();
        journal.open(5);
        try (PlanJournal next = afterCrash(journal)) {
            assertThatThrownBy(() -> next.open(4)).isInstanceOf(JournalException.Superseded.class);
        }
    }

    @Test
    void anyEntriesComeBackAsTheyWere() {
        for (long seed = 1; seed <= 60; seed++) {
            RandomEntries random = new RandomEntries(seed);
            InMemoryPlanJournal model = new InMemoryPlanJournal();
            PlanJournal journal = journal();
            journal.open(1);
            for (int write = 0; write < 4; write++) {
                List<JournalEntry> entries = random.upTo(25);
                model.write(1, entries);
                journal.write(1, entries);
            }
            try (PlanJournal next = afterCrash(journal)) {
                assertThat(JournalText.of(next.open(2))).as("seed %s", seed).isEqualTo(JournalText.of(model.open(2)));
            }
        }
    }

    /** What the next center finds after some writes. */
    @SafeVarargs
    private JournalState left(List<JournalEntry>... writes) {
        PlanJournal journal = journal();
        journal.open(1);
        for (List<JournalEntry> entries : writes) {
            journal.write(1, entries);
        }
        try (PlanJournal next = afterCrash(journal)) {
            return next.open(2);
        }
    }

    /** A plan of one power-off and one redirect for a report about a machine. */
    protected static JournalEntry.PlanOpened opened(PlanId id, FaultReport report) {
        Decision decision = HaPolicies.withDefaults()
                .failover()
                .decide(Datacenter.threeHosts().inventory(), report);
        Plan plan = new Plan(
                id,
                List.of(
                        new Step(0, OFF, new TreeSet<>()),
                        new Step(1, new Action.Redirect(DB3, VmId.of("db1")), new TreeSet<>(List.of(0)))));
        return new JournalEntry.PlanOpened(Instant.EPOCH, 1, Optional.of(report), decision, plan, false);
    }
}
