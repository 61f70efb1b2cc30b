package io.vmha.plan;

import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.util.Optional;

/** One effect on the outside world, as a value: nothing happens until an executor carries it out. Immutable. */
public sealed interface Action {

    /** Its kind, as a stable name. */
    ActionKind kind();

    /** The machine that it is about; empty for a host's. */
    Optional<VmId> vm();

    /** The host on which it takes effect, and whose limit of concurrent actions it counts against; empty for none. */
    Optional<HostId> host();

    /** Returns what the visitor's method for this kind of action returns. */
    <R> R accept(Visitor<R> visitor);

    /**
     * A method for each kind of action, so that a kind is a compile error wherever it is forgotten. Later releases may have more
     * kinds, and then more methods here: implement {@link PartialVisitor} to compile with those, too.
     *
     * @param <R> what the methods return
     */
    interface Visitor<R> {
        /** Returns the result for a {@link PowerOff}. */
        R visitPowerOff(PowerOff powerOff);

        /** Returns the result for a {@link FenceHost}. */
        R visitFenceHost(FenceHost fenceHost);

        /** Returns the result for a {@link Redirect}. */
        R visitRedirect(Redirect redirect);

        /** Returns the result for a {@link PowerOn}. */
        R visitPowerOn(PowerOn powerOn);

        /** Returns the result for a {@link Reallocate}. */
        R visitReallocate(Reallocate reallocate);

        /** Returns the result for a {@link Migrate}. */
        R visitMigrate(Migrate migrate);

        /** Returns the result for a {@link CloneFromTemplate}. */
        R visitCloneFromTemplate(CloneFromTemplate cloneFromTemplate);

        /** Returns the result for a {@link Promote}. */
        R visitPromote(Promote promote);

        /** Returns the result for a {@link Demote}. */
        R visitDemote(Demote demote);

        /** Returns the result for a {@link DeleteLeftovers}. */
        R visitDeleteLeftovers(DeleteLeftovers deleteLeftovers);

        /** Returns the result for a {@link Rejoin}. */
        R visitRejoin(Rejoin rejoin);
    }

    /**
     * A visitor with one answer for all kinds of actions that it does not name, those of later releases among them.
     *
     * @param <R> what the methods return
     */
    interface PartialVisitor<R> extends Visitor<R> {
        /** Returns the result for every action whose own method is not overridden. */
        R visitOther(Action action);

        @Override
        default R visitPowerOff(PowerOff powerOff) {
            return visitOther(powerOff);
        }

        @Override
        default R visitFenceHost(FenceHost fenceHost) {
            return visitOther(fenceHost);
        }

        @Override
        default R visitRedirect(Redirect redirect) {
            return visitOther(redirect);
        }

        @Override
        default R visitPowerOn(PowerOn powerOn) {
            return visitOther(powerOn);
        }

        @Override
        default R visitReallocate(Reallocate reallocate) {
            return visitOther(reallocate);
        }

        @Override
        default R visitMigrate(Migrate migrate) {
            return visitOther(migrate);
        }

        @Override
        default R visitCloneFromTemplate(CloneFromTemplate cloneFromTemplate) {
            return visitOther(cloneFromTemplate);
        }

        @Override
        default R visitPromote(Promote promote) {
            return visitOther(promote);
        }

        @Override
        default R visitDemote(Demote demote) {
            return visitOther(demote);
        }

        @Override
        default R visitDeleteLeftovers(DeleteLeftovers deleteLeftovers) {
            return visitOther(deleteLeftovers);
        }

        @Override
        default R visitRejoin(Rejoin rejoin) {
            return visitOther(rejoin);
        }
    }

    /**
     * Powers a machine off and confirms it.
     *
     * @param target the machine
     * @param on the host that it is on
     */
    record PowerOff(VmId target, HostId on) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.POWER_OFF;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.of(on);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitPowerOff(this);
        }

        @Override
        public String toString() {
            return "power off " + target + " on " + on;
        }
    }

    /**
     * Powers a whole host off from outside it and confirms it.
     *
     * @param target the host
     */
    record FenceHost(HostId target) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.FENCE_HOST;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.empty();
        }

        @Override
        public Optional<HostId> host() {
            return Optional.of(target);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitFenceHost(this);
        }

        @Override
        public String toString() {
            return "fence host " + target;
        }
    }

    /**
     * Sends the requests meant for a machine to another one.
     *
     * @param owner the machine whose requests they are
     * @param server the machine that serves them from now on
     */
    record Redirect(VmId owner, VmId server) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.REDIRECT;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(owner);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.empty();
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitRedirect(this);
        }

        @Override
        public String toString() {
            return "redirect requests of " + owner + " to " + server;
        }
    }

    /**
     * Powers a machine on.
     *
     * @param target the machine
     * @param on the host that it is to run on
     */
    record PowerOn(VmId target, HostId on) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.POWER_ON;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.of(on);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitPowerOn(this);
        }

        @Override
        public String toString() {
            return "power on " + target + " on " + on;
        }
    }

    /**
     * Sets what a machine is allocated of its host.
     *
     * @param target the machine
     * @param on the host that it is on
     * @param allocation its whole new allocation
     */
    record Reallocate(VmId target, HostId on, Resources allocation) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.REALLOCATE;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.of(on);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitReallocate(this);
        }

        @Override
        public String toString() {
            return "reallocate " + target + " on " + on + " to " + allocation;
        }
    }

    /**
     * Moves a running machine to another host without stopping it.
     *
     * @param target the machine
     * @param from the host that it is on
     * @param to the host that it goes to
     */
    record Migrate(VmId target, HostId from, HostId to) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.MIGRATE;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.of(to);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitMigrate(this);
        }

        @Override
        public String toString() {
            return "migrate " + target + " from " + from + " to " + to;
        }
    }

    /**
     * Makes a machine anew from its template, powered off; it takes the name of the one that it replaces.
     *
     * @param target the machine
     * @param template what it is cloned from
     * @param on the host that it is to run on
     */
    record CloneFromTemplate(VmId target, TemplateId template, HostId on) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.CLONE;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.of(on);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitCloneFromTemplate(this);
        }

        @Override
        public String toString() {
            return "clone " + target + " from " + template + " on " + on;
        }
    }

    /**
     * Makes a standby database the one that accepts writes.
     *
     * @param target the machine that it runs in
     */
    record Promote(VmId target) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.PROMOTE;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.empty();
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitPromote(this);
        }

        @Override
        public String toString() {
            return "promote database in " + target;
        }
    }

    /**
     * Makes a database accept no more writes, so that another one may.
     *
     * @param target the machine that it runs in
     */
    record Demote(VmId target) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.DEMOTE;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.empty();
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitDemote(this);
        }

        @Override
        public String toString() {
            return "demote database in " + target;
        }
    }

    /**
     * Makes a database that has a history of its own, or was stopped, a replica of the one that accepts writes. What only it had is
     * gone.
     *
     * @param target the VM that it runs in
     */
    record Rejoin(VmId target) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.REJOIN;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.empty();
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitRejoin(this);
        }

        @Override
        public String toString() {
            return "rejoin database in " + target;
        }
    }

    /**
     * Deletes what replacements of a VM left behind on a host; the VM of that name itself stays as it is.
     *
     * @param target the VM that was replaced
     * @param on the host where it was left behind
     */
    record DeleteLeftovers(VmId target, HostId on) implements Action {
        @Override
        public ActionKind kind() {
            return ActionKind.DELETE_LEFTOVERS;
        }

        @Override
        public Optional<VmId> vm() {
            return Optional.of(target);
        }

        @Override
        public Optional<HostId> host() {
            return Optional.of(on);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitDeleteLeftovers(this);
        }

        @Override
        public String toString() {
            return "delete leftovers of " + target + " on " + on;
        }
    }
}
