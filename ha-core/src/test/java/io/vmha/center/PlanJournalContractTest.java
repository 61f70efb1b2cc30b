package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.Fixtures;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.Decision;
import io.vmha.policy.PrimaryThenStandbyPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What every plan journal keeps to. An implementation's test extends it. */
public abstract class PlanJournalContractTest {
    private static final VmId DB3 = VmId.of("db3");
    private static final HostId H2 = HostId.of("h2");
    private static final PlanId PLAN = new PlanId(7);
    private static final Action OFF = new Action.PowerOff(DB3, H2);

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
        JournalEntry.PlanOpened opened = opened(PLAN, Fixtures.readOnly("db3"));
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
        JournalState left = left(List.of(opened(PLAN, Fixtures.readOnly("db3")), new JournalEntry.PlanClosed(PLAN)));

        assertThat(left.open()).isEmpty();
        assertThat(left.lastPlan()).isEqualTo(7);
        assertThat(left.reports())
                .extracting(JournalState.TakenReport::report)
                .containsExactly(Fixtures.readOnly("db3"));
        assertThat(left.recoveries()).extracting(JournalState.Recovery::vm).containsExactly(DB3);
    }

    @Test
    void aPlanThatIsHeldIsProposedUntilItIsOpened() {
        JournalEntry.PlanOpened opened = opened(PLAN, Fixtures.readOnly("db3"));
        JournalEntry.PlanProposed proposed =
                new JournalEntry.PlanProposed(Instant.EPOCH, opened.decision(), opened.plan());

        assertThat(left(List.of(proposed)).proposals())
                .singleElement()
                .asString()
                .isEqualTo(proposed.toString());
        assertThat(left(List.of(proposed, opened)).proposals()).isEmpty();
        assertThat(left(List.of(proposed)).lastPlan()).isEqualTo(7);
    }

    @Test
    void whatIsSoundAgainIsForgotten() {
        JournalEntry vm =
                new JournalEntry.VmTroubled(Fixtures.referenceEmbodiment().requireVm(DB3), true);
        JournalEntry host =
                new JournalEntry.HostTroubled(Fixtures.referenceEmbodiment().requireHost(H2));

        assertThat(left(List.of(vm, host)).vms()).containsExactly((JournalEntry.VmTroubled) vm);
        assertThat(left(List.of(vm, host)).hosts()).hasSize(1);
        List<JournalEntry> sound = List.of(vm, host, new JournalEntry.VmSound(DB3), new JournalEntry.HostSound(H2));
        assertThat(left(sound)).isEqualTo(JournalState.empty());
    }

    @Test
    void writingTheSameAgainChangesNothing() {
        List<JournalEntry> entries = List.of(
                opened(PLAN, Fixtures.readOnly("db3")),
                new JournalEntry.StepStarted(PLAN, 0, 1, OFF, 1, Instant.EPOCH),
                new JournalEntry.StepEnded(PLAN, 0, 1, OFF, ActionResult.DONE, "", Instant.EPOCH));
        List<JournalEntry> twice = new ArrayList<>(entries);
        twice.addAll(entries);

        assertThat(JournalText.of(left(twice))).isEqualTo(JournalText.of(left(entries)));
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

    private JournalState left(List<JournalEntry> entries) {
        PlanJournal journal = journal();
        journal.open(1);
        journal.write(1, entries);
        try (PlanJournal next = afterCrash(journal)) {
            return next.open(2);
        }
    }

    /** A plan of one power-off and one redirect for a report about a machine. */
    protected static JournalEntry.PlanOpened opened(PlanId id, FaultReport report) {
        Decision decision = PrimaryThenStandbyPolicy.withDefaults().decide(Fixtures.referenceEmbodiment(), report);
        Plan plan = new Plan(
                id,
                List.of(
                        new Step(0, OFF, new TreeSet<>()),
                        new Step(1, new Action.Redirect(DB3, VmId.of("db1")), new TreeSet<>(List.of(0)))));
        return new JournalEntry.PlanOpened(Instant.EPOCH, Optional.of(report), decision, plan, List.of());
    }
}
