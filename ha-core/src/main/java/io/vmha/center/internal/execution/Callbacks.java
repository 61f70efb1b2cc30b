package io.vmha.center.internal.execution;

import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.JournalEntry;
import io.vmha.model.ReplicaSet;
import io.vmha.plan.Action;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.util.List;
import java.util.Optional;

/** What the executor tells the center, and asks of it. On the center's loop. */
public interface Callbacks {
    /** Tells listeners. */
    void publish(HaEvent event);

    /** Writes entries, with what was changed of the state, and runs the continuation once they would survive a crash. */
    void journal(List<JournalEntry> entries, Runnable then);

    /** Whether what a decision is for is still there: its fault, its host's drain, its return home. */
    boolean isStillNeeded(SubjectDecision part);

    /** Whether a decision still needs that one of its steps is done. */
    boolean isStillNeeded(SubjectDecision part, Action action);

    /** What holds an action back that nobody approved: the automation level or a storm guard. */
    Optional<Reason> heldBy(Action action);

    /** Whether an operator paused the center. */
    boolean isPaused();

    /** A step came to its end, and what it changed is noted. */
    void stepEnded(PlanRun run, Action action, ActionResult result);

    /** A decision is not carried out, since one of its steps was not done. */
    void notCarriedOut(PlanRun run, SubjectDecision part, StepFailure failure, Action action);

    /** A plan came to its end. */
    void planEnded(PlanRun run, DecisionOutcome outcome);

    /** This center does not lead any more. */
    void lostLeadership(String detail);

    /** Where VMs are has to be read. */
    void needsReading();

    /** Which databases write has to be read. */
    void needsDatabases();

    /** An action read a replica set after that token had been issued. */
    void seen(ReplicaSet reading, long begun);
}
