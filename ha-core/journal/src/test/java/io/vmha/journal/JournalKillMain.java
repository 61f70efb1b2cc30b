package io.vmha.journal;

import io.vmha.Fixtures;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.VmState;
import io.vmha.model.DesiredState;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.DecisionBatch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Opens plans in a journal without end, and prints the number of each once it is written: made to be killed. */
final class JournalKillMain {
    private JournalKillMain() {}

    public static void main(String[] args) {
        long epoch = Long.parseLong(args[1]);
        DurablePlanJournal journal = DurablePlanJournal.in(Path.of(args[0]));
        long last = journal.open(epoch).lastPlan();
        while (true) {
            last++;
            journal.write(
                    epoch,
                    List.of(
                            opened(last),
                            new JournalEntry.VmNoted(new VmState(
                                    Fixtures.middleware("vm" + last % 50, "h1").build(),
                                    Set.of(),
                                    DesiredState.RUNNING,
                                    List.of(),
                                    Set.of(),
                                    Optional.of(Instant.EPOCH),
                                    Optional.empty()))));
            System.out.println(last);
        }
    }

    static JournalEntry.PlanOpened opened(long number) {
        Step step = new Step(0, new Action.Redirect(VmId.of("vm" + number), VmId.of("other")), new TreeSet<>());
        return new JournalEntry.PlanOpened(
                Instant.EPOCH,
                1,
                Optional.empty(),
                new DecisionBatch(List.of()),
                new Plan(new PlanId(number), List.of(step)),
                false);
    }
}
