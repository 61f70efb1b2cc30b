package io.vmha.journal;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.event.ActionResult;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.HostState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.ReplicaSetState;
import io.vmha.center.journal.VmState;
import io.vmha.model.DesiredState;
import io.vmha.model.ReplicaSetId;
import java.util.Optional;

/** Each kind of journal entry as bytes, both directions beside one another. Pure functions. */
final class EntryCodec {
    private EntryCodec() {}

    private enum Kind {
        REPORT_TAKEN,
        PLAN_OPENED,
        VM_RECOVERED,
        STEP_STARTED,
        STEP_ENDED,
        PLAN_APPROVED,
        VM_NOTED,
        HOST_NOTED,
        REPLICA_SET_NOTED,
        LEFT_BEHIND,
        HOST_RETURNED,
        VM_AWAY,
        SETTINGS_CHANGED
    }

    /** Returns the bytes of an entry that is kept; what ends or forgets something is not kept, but removes what it is about. */
    static byte[] encode(JournalEntry entry) {
        ValueOutput out = new ValueOutput();
        if (entry instanceof JournalEntry.ReportTaken taken) {
            out.name(Kind.REPORT_TAKEN).instant(taken.at()).report(taken.report());
        } else if (entry instanceof JournalEntry.PlanOpened opened) {
            out.name(Kind.PLAN_OPENED)
                    .instant(opened.at())
                    .number(opened.revision())
                    .optional(opened.report(), out::report)
                    .decision(opened.decision())
                    .plan(opened.plan())
                    .flag(opened.isOffer());
        } else if (entry instanceof JournalEntry.VmRecovered recovered) {
            out.name(Kind.VM_RECOVERED).text(recovered.vm()).instant(recovered.at());
        } else if (entry instanceof JournalEntry.StepStarted started) {
            out.name(Kind.STEP_STARTED)
                    .number(started.plan().value())
                    .number(started.step())
                    .number(started.attempt())
                    .action(started.action())
                    .number(started.epoch())
                    .instant(started.at());
        } else if (entry instanceof JournalEntry.StepEnded ended) {
            out.name(Kind.STEP_ENDED)
                    .number(ended.plan().value())
                    .number(ended.step())
                    .number(ended.attempt())
                    .action(ended.action())
                    .name(ended.result())
                    .text(ended.detail())
                    .instant(ended.at());
        } else if (entry instanceof JournalEntry.PlanApproved approved) {
            out.name(Kind.PLAN_APPROVED).number(approved.plan().value()).text(approved.operator());
        } else {
            encodeState(entry, out);
        }
        return out.bytes();
    }

    private static void encodeState(JournalEntry entry, ValueOutput out) {
        if (entry instanceof JournalEntry.VmNoted noted) {
            VmState state = noted.state();
            out.name(Kind.VM_NOTED)
                    .vm(state.vm())
                    .list(state.mayRunOn(), out::text)
                    .name(state.desired())
                    .list(state.faults(), fault -> out.report(fault.report()).instant(fault.since()))
                    .list(state.flags(), out::name)
                    .optional(state.closedAt(), out::instant)
                    .optional(state.wellSince(), out::instant);
        } else if (entry instanceof JournalEntry.HostNoted noted) {
            HostState state = noted.state();
            out.name(Kind.HOST_NOTED)
                    .host(state.host())
                    .optional(state.fault(), fault -> out.report(fault.report()).instant(fault.since()))
                    .flag(state.isConfirmedOff())
                    .optional(state.upSince(), out::instant);
        } else if (entry instanceof JournalEntry.ReplicaSetNoted noted) {
            replicaSet(noted.state(), out.name(Kind.REPLICA_SET_NOTED));
            out.optional(noted.state().otherwise(), otherwise -> replicaSet(otherwise, out));
        } else if (entry instanceof JournalEntry.LeftBehind left) {
            Leftover leftover = left.leftover();
            out.name(Kind.LEFT_BEHIND)
                    .text(leftover.vm())
                    .text(leftover.host())
                    .text(leftover.what())
                    .instant(leftover.since());
        } else if (entry instanceof JournalEntry.HostReturned returned) {
            out.name(Kind.HOST_RETURNED).text(returned.host()).list(returned.at(), out::instant);
        } else if (entry instanceof JournalEntry.VmAway away) {
            out.name(Kind.VM_AWAY).text(away.vm()).text(away.home()).text(away.at());
        } else if (entry instanceof JournalEntry.SettingsChanged changed) {
            out.name(Kind.SETTINGS_CHANGED)
                    .flag(changed.settings().isPaused())
                    .optional(changed.settings().automation(), out::name);
        } else {
            throw new IllegalArgumentException("not kept, but removes what it is about: " + entry);
        }
    }

    /**
     * Reads an entry back.
     *
     * @param version the version of the format that it was written in
     * @throws RuntimeException if the bytes are no entry of that version
     */
    static JournalEntry decode(byte[] bytes, long version) {
        if (version != JournalStore.FORMAT) {
            throw new IllegalArgumentException("entries of format version " + version + " are not known");
        }
        ValueInput in = new ValueInput(bytes);
        return switch (in.name(Kind.class)) {
            case REPORT_TAKEN -> new JournalEntry.ReportTaken(in.instant(), in.report());
            case PLAN_OPENED ->
                new JournalEntry.PlanOpened(
                        in.instant(), (int) in.number(), in.optional(in::report), in.decision(), in.plan(), in.flag());
            case VM_RECOVERED -> new JournalEntry.VmRecovered(in.vmId(), in.instant());
            case STEP_STARTED ->
                new JournalEntry.StepStarted(
                        in.planId(), (int) in.number(), (int) in.number(), in.action(), in.number(), in.instant());
            case STEP_ENDED ->
                new JournalEntry.StepEnded(
                        in.planId(),
                        (int) in.number(),
                        (int) in.number(),
                        in.action(),
                        in.name(ActionResult.class),
                        in.text(),
                        in.instant());
            case PLAN_APPROVED -> new JournalEntry.PlanApproved(in.planId(), in.text());
            case VM_NOTED -> new JournalEntry.VmNoted(vmState(in));
            case HOST_NOTED ->
                new JournalEntry.HostNoted(
                        new HostState(in.host(), in.optional(() -> fault(in)), in.flag(), in.optional(in::instant)));
            case REPLICA_SET_NOTED ->
                new JournalEntry.ReplicaSetNoted(replicaSet(in).withOtherwise(in.optional(() -> replicaSet(in))));
            case LEFT_BEHIND ->
                new JournalEntry.LeftBehind(new Leftover(in.vmId(), in.hostId(), in.text(), in.instant()));
            case HOST_RETURNED -> new JournalEntry.HostReturned(in.hostId(), in.list(in::instant));
            case VM_AWAY -> new JournalEntry.VmAway(in.vmId(), in.hostId(), in.hostId());
            case SETTINGS_CHANGED ->
                new JournalEntry.SettingsChanged(
                        new CenterSettings(in.flag(), in.optional(() -> in.name(AutomationLevel.class))));
        };
    }

    private static void replicaSet(ReplicaSetState state, ValueOutput out) {
        out.text(state.id())
                .number(state.timeline())
                .optional(state.lastWriter(), out::text)
                .list(state.diverged(), out::text)
                .optional(state.commitRule(), out::commitRule);
    }

    private static ReplicaSetState replicaSet(ValueInput in) {
        return new ReplicaSetState(
                ReplicaSetId.of(in.text()),
                in.number(),
                in.optional(in::memberId),
                ImmutableSet.copyOf(in.list(in::memberId)),
                in.optional(in::commitRule),
                Optional.empty());
    }

    private static VmState vmState(ValueInput in) {
        return new VmState(
                in.vm(),
                ImmutableSet.copyOf(in.list(in::hostId)),
                in.name(DesiredState.class),
                in.list(() -> fault(in)),
                ImmutableSet.copyOf(in.list(() -> in.name(VmState.Flag.class))),
                in.optional(in::instant),
                in.optional(in::instant));
    }

    private static OpenFault fault(ValueInput in) {
        return new OpenFault(in.report(), in.instant());
    }
}
