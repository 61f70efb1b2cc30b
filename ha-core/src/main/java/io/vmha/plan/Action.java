package io.vmha.plan;

import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.util.Optional;
import java.util.function.Function;

/** One effect on the outside world, as a value: nothing happens until an executor carries it out. Immutable. */
public sealed interface Action {

    /** Its kind, as a stable name. */
    ActionKind kind();

    /** The machine that it is about; empty for a host's. */
    Optional<VmId> vm();

    /** The host on which it takes effect, and whose limit of concurrent actions it counts against; empty for none. */
    Optional<HostId> host();

    /** Returns the result of the case that fits this action. */
    <R> R fold(Cases<R> cases);

    /**
     * One function for each kind of action, so that a new kind is a compile error wherever it is forgotten.
     *
     * @param <R> what the functions return
     */
    record Cases<R>(
            Function<PowerOff, R> powerOff,
            Function<FenceHost, R> fenceHost,
            Function<Redirect, R> redirect,
            Function<PowerOn, R> powerOn,
            Function<Reallocate, R> reallocate,
            Function<Migrate, R> migrate,
            Function<CloneFromTemplate, R> cloneFromTemplate,
            Function<Promote, R> promote,
            Function<Demote, R> demote,
            Function<DeleteLeftovers, R> deleteLeftovers,
            Function<Rejoin, R> rejoin) {}

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
        public <R> R fold(Cases<R> cases) {
            return cases.powerOff().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.fenceHost().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.redirect().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.powerOn().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.reallocate().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.migrate().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.cloneFromTemplate().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.promote().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.demote().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.rejoin().apply(this);
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
        public <R> R fold(Cases<R> cases) {
            return cases.deleteLeftovers().apply(this);
        }

        @Override
        public String toString() {
            return "delete leftovers of " + target + " on " + on;
        }
    }
}
