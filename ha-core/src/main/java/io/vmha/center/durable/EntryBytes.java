package io.vmha.center.durable;

import io.vmha.center.ActionResult;
import io.vmha.center.JournalEntry;
import io.vmha.center.JournalState;
import io.vmha.center.VmChange;

/** What each record of the journal's file is made of. Pure functions. */
final class EntryBytes {
    private EntryBytes() {}

    static byte[] opened(JournalEntry.PlanOpened entry) {
        ValueOutput out = new ValueOutput();
        return out.instant(entry.at())
                .optional(entry.report(), out::report)
                .decision(entry.decision())
                .plan(entry.plan())
                .list(entry.changes(), change -> out.vm(change.before()).vm(change.after()))
                .bytes();
    }

    static JournalEntry.PlanOpened opened(byte[] bytes) {
        ValueInput in = new ValueInput(bytes);
        return new JournalEntry.PlanOpened(
                in.instant(),
                in.optional(in::report),
                in.decision(),
                in.plan(),
                in.list(() -> new VmChange(in.vm(), in.vm())));
    }

    static byte[] proposed(JournalEntry.PlanProposed entry) {
        return new ValueOutput()
                .instant(entry.at())
                .decision(entry.decision())
                .plan(entry.plan())
                .bytes();
    }

    static JournalEntry.PlanProposed proposed(byte[] bytes) {
        ValueInput in = new ValueInput(bytes);
        return new JournalEntry.PlanProposed(in.instant(), in.decision(), in.plan());
    }

    static byte[] started(JournalEntry.StepStarted entry) {
        return new ValueOutput()
                .number(entry.plan().value())
                .number(entry.step())
                .number(entry.attempt())
                .action(entry.action())
                .number(entry.epoch())
                .instant(entry.at())
                .bytes();
    }

    static JournalEntry.StepStarted started(byte[] bytes) {
        ValueInput in = new ValueInput(bytes);
        return new JournalEntry.StepStarted(
                in.planId(), (int) in.number(), (int) in.number(), in.action(), in.number(), in.instant());
    }

    static byte[] ended(JournalEntry.StepEnded entry) {
        return new ValueOutput()
                .number(entry.plan().value())
                .number(entry.step())
                .number(entry.attempt())
                .action(entry.action())
                .name(entry.result())
                .text(entry.detail())
                .instant(entry.at())
                .bytes();
    }

    static JournalEntry.StepEnded ended(byte[] bytes) {
        ValueInput in = new ValueInput(bytes);
        return new JournalEntry.StepEnded(
                in.planId(),
                (int) in.number(),
                (int) in.number(),
                in.action(),
                in.name(ActionResult.class),
                in.text(),
                in.instant());
    }

    static byte[] approved(JournalEntry.PlanApproved entry) {
        return new ValueOutput().text(entry.operator()).bytes();
    }

    static String approvedBy(byte[] bytes) {
        return new ValueInput(bytes).text();
    }

    static byte[] taken(JournalState.TakenReport taken) {
        return new ValueOutput().report(taken.report()).instant(taken.at()).bytes();
    }

    static JournalState.TakenReport taken(byte[] bytes) {
        ValueInput in = new ValueInput(bytes);
        return new JournalState.TakenReport(in.report(), in.instant());
    }

    static byte[] troubled(JournalEntry.VmTroubled entry) {
        return new ValueOutput().vm(entry.vm()).flag(entry.confirmedOff()).bytes();
    }

    static JournalEntry.VmTroubled troubledVm(byte[] bytes) {
        ValueInput in = new ValueInput(bytes);
        return new JournalEntry.VmTroubled(in.vm(), in.flag());
    }

    static byte[] recovery(JournalState.Recovery recovery) {
        return new ValueOutput().text(recovery.vm()).instant(recovery.at()).bytes();
    }

    static JournalState.Recovery recovery(byte[] bytes) {
        ValueInput in = new ValueInput(bytes);
        return new JournalState.Recovery(in.vmId(), in.instant());
    }
}
