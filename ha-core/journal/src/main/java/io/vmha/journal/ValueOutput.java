package io.vmha.journal;

import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.CommitRule;
import io.vmha.model.Host;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.Step;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.SubjectDecision;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Turns the values that journal entries are made of into bytes: numbers big-endian, text as its length and UTF-8, a constant
 * and a kind by its name. {@link ValueInput} reads them back. Not thread-safe; one for each value.
 */
final class ValueOutput {
    /** Most values are shorter. */
    private static final int USUAL = 512;

    private ByteBuffer out = ByteBuffer.allocate(USUAL);

    byte[] bytes() {
        return Arrays.copyOf(out.array(), out.position());
    }

    private ByteBuffer room(int more) {
        if (out.remaining() < more) {
            int needed = Math.addExact(out.position(), more);
            int doubled = (int) Math.min(2L * out.capacity(), Integer.MAX_VALUE - Long.BYTES);
            out = ByteBuffer.wrap(Arrays.copyOf(out.array(), Math.max(needed, doubled)))
                    .position(out.position());
        }
        return out;
    }

    ValueOutput number(long value) {
        ByteBuffer unused = room(Long.BYTES).putLong(value);
        return this;
    }

    ValueOutput text(Object value) {
        byte[] utf8 = value.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer unused =
                room(Integer.BYTES + utf8.length).putInt(utf8.length).put(utf8);
        return this;
    }

    ValueOutput name(Enum<?> constant) {
        return text(constant.name());
    }

    ValueOutput flag(boolean value) {
        ByteBuffer unused = room(1).put((byte) (value ? 1 : 0));
        return this;
    }

    ValueOutput instant(Instant value) {
        return number(value.getEpochSecond()).number(value.getNano());
    }

    private ValueOutput duration(Duration value) {
        return number(value.getSeconds()).number(value.getNano());
    }

    <T> ValueOutput optional(Optional<T> value, Consumer<T> write) {
        flag(value.isPresent());
        value.ifPresent(write);
        return this;
    }

    <T> ValueOutput list(Collection<T> values, Consumer<? super T> write) {
        ByteBuffer unused = room(Integer.BYTES).putInt(values.size());
        values.forEach(write);
        return this;
    }

    ValueOutput subject(FaultSubject subject) {
        return name(subject.scope()).text(subject);
    }

    ValueOutput report(FaultReport report) {
        return subject(report.subject())
                .name(report.kind())
                .instant(report.observedAt())
                .text(report.source())
                .number(report.sequence());
    }

    private ValueOutput resources(Resources resources) {
        return number(resources.cpuMillis()).number(resources.memoryMiB());
    }

    ValueOutput vm(VirtualMachine vm) {
        text(vm.id()).text(vm.type()).text(vm.host()).resources(vm.allocation());
        ByteBuffer unused = room(Double.BYTES).putDouble(vm.load());
        return number(vm.priority())
                .optional(vm.template(), this::text)
                .list(vm.antiAffinity(), group -> text(group.value()))
                .name(vm.power())
                .name(vm.health())
                .optional(vm.servedBy(), this::text)
                .optional(vm.replicationLag(), this::duration)
                .flag(vm.replicationLagUnknown())
                .labels(vm.labels())
                .optional(vm.member(), this::text);
    }

    ValueOutput host(Host host) {
        return text(host.id())
                .name(host.role())
                .resources(host.capacity())
                .optional(host.rack(), this::text)
                .optional(host.cpuPlatform(), cpu -> text(cpu.model()).text(cpu.microcode()))
                .name(host.health())
                .flag(host.inMaintenance())
                .labels(host.labels());
    }

    private ValueOutput labels(Map<String, String> labels) {
        return list(labels.entrySet(), label -> text(label.getKey()).text(label.getValue()));
    }

    ValueOutput commitRule(ObservedCommitRule seen) {
        CommitRule rule = seen.rule();
        return name(rule.kind())
                .number(rule.required())
                .list(rule.candidates(), this::text)
                .number(rule.others())
                .flag(rule.isOpen())
                .name(rule.durability())
                .text(seen.writer())
                .number(seen.since().timeline())
                .number(seen.since().offset())
                .instant(seen.at());
    }

    ValueOutput plan(Plan plan) {
        return number(plan.id().value()).list(plan.steps(), this::step);
    }

    private void step(Step step) {
        action(step.action()).list(step.after(), earlier -> number(earlier));
    }

    ValueOutput action(Action action) {
        name(action.kind());
        return action.accept(new Action.Visitor<ValueOutput>() {
            @Override
            public ValueOutput visitPowerOff(Action.PowerOff powerOff) {
                return text(powerOff.target()).text(powerOff.on());
            }

            @Override
            public ValueOutput visitFenceHost(Action.FenceHost fence) {
                return text(fence.target());
            }

            @Override
            public ValueOutput visitRedirect(Action.Redirect redirect) {
                return text(redirect.owner()).text(redirect.server());
            }

            @Override
            public ValueOutput visitPowerOn(Action.PowerOn powerOn) {
                return text(powerOn.target()).text(powerOn.on());
            }

            @Override
            public ValueOutput visitReallocate(Action.Reallocate reallocate) {
                return text(reallocate.target()).text(reallocate.on()).resources(reallocate.allocation());
            }

            @Override
            public ValueOutput visitMigrate(Action.Migrate migrate) {
                return text(migrate.target()).text(migrate.from()).text(migrate.to());
            }

            @Override
            public ValueOutput visitCloneFromTemplate(Action.CloneFromTemplate clone) {
                return text(clone.target()).text(clone.template()).text(clone.on());
            }

            @Override
            public ValueOutput visitPromote(Action.Promote promote) {
                return text(promote.target());
            }

            @Override
            public ValueOutput visitDemote(Action.Demote demote) {
                return text(demote.target());
            }

            @Override
            public ValueOutput visitDeleteLeftovers(Action.DeleteLeftovers delete) {
                return text(delete.target()).text(delete.on());
            }

            @Override
            public ValueOutput visitRejoin(Action.Rejoin rejoin) {
                return text(rejoin.target());
            }
        });
    }

    ValueOutput decision(Decision decision) {
        return flag(decision instanceof DecisionBatch).list(decision.parts(), this::part);
    }

    /** Of its explanation the sentence alone is kept: the candidates are what the inventory was then. */
    private void part(SubjectDecision part) {
        name(part.outcome()).name(part.trigger()).text(part.explain().sentence());
        ValueOutput unused = part.accept(new SubjectDecision.Visitor<ValueOutput>() {
            @Override
            public ValueOutput visitRedirect(SubjectDecision.Redirect redirect) {
                return text(redirect.vm())
                        .list(redirect.owners(), ValueOutput.this::text)
                        .text(redirect.target())
                        .name(redirect.targetRole())
                        .flag(redirect.overcommitted());
            }

            @Override
            public ValueOutput visitRestart(SubjectDecision.Restart restart) {
                return text(restart.vm()).text(restart.host()).name(restart.hostRole());
            }

            @Override
            public ValueOutput visitReclone(SubjectDecision.Reclone reclone) {
                return text(reclone.vm())
                        .text(reclone.template())
                        .text(reclone.host())
                        .name(reclone.hostRole());
            }

            @Override
            public ValueOutput visitReallocate(SubjectDecision.Reallocate reallocate) {
                return text(reallocate.vm()).text(reallocate.host()).resources(reallocate.allocation());
            }

            @Override
            public ValueOutput visitShift(SubjectDecision.Shift shift) {
                return text(shift.vm())
                        .list(shift.owners(), ValueOutput.this::text)
                        .text(shift.target())
                        .name(shift.targetRole())
                        .text(shift.targetHost())
                        .resources(shift.targetAllocation());
            }

            @Override
            public ValueOutput visitMigrate(SubjectDecision.Migrate migrate) {
                return text(migrate.vm())
                        .text(migrate.from())
                        .text(migrate.to())
                        .name(migrate.hostRole());
            }

            @Override
            public ValueOutput visitFailback(SubjectDecision.Failback failback) {
                return text(failback.vm())
                        .text(failback.server())
                        .name(failback.vmRole())
                        .flag(failback.promotes());
            }

            @Override
            public ValueOutput visitNoTarget(SubjectDecision.NoTarget noTarget) {
                return text(noTarget.vm()).name(noTarget.reason());
            }

            @Override
            public ValueOutput visitBlocked(SubjectDecision.Blocked blocked) {
                return subject(blocked.subject()).name(blocked.reason());
            }

            @Override
            public ValueOutput visitIgnored(SubjectDecision.Ignored ignored) {
                return subject(ignored.subject()).name(ignored.reason());
            }
        });
    }
}
