package io.vmha.adapter.haproxy;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Moves access requests in a running HAProxy (2.2 or later) through its runtime API, without a reload.
 *
 * <p>There is a backend for each type of machine, with a server for each machine of that type. A machine whose requests
 * moved has its server in maintenance, and its share of new sessions is added to the weight of the one that serves them; a
 * server of the standby cluster is in maintenance until something is moved to it. Sessions that have begun stay with the
 * machine that they began on: a cookie holds its server's name, and a map, which the configuration looks it up in, says who
 * serves for it. That map is the record of where requests go: it is written last, so that what it says is done.
 *
 * <p>The configuration that this needs, for one backend:
 *
 * <pre>{@code
 * global
 *     stats socket /run/haproxy/admin.sock mode 600 level admin
 *     server-state-file /var/lib/vmha/servers
 * defaults
 *     load-server-state-from-file global
 * backend middleware
 *     http-request set-var(txn.owner) req.cook(MIDDLEWARE)
 *     http-request set-var(txn.server) var(txn.owner),map(/var/lib/vmha/routes.map)
 *     use-server %[var(txn.server)] if { var(txn.server) -m found }
 *     http-response add-header Set-Cookie "MIDDLEWARE=%s; Path=/; HttpOnly" unless { var(txn.server) -m found }
 *     server mw11 192.0.2.111:8080 weight 16
 *     server mw31 192.0.2.131:8080 disabled
 * }</pre>
 *
 * <p>The map has a line for each server, at first with its own name twice. After each change the map's file and the server-state
 * file are written anew, so that a restarted HAProxy goes on as it was; {@link #reconcile} repairs what differs otherwise.
 *
 * <p>A move touches the servers of the machine whose requests move, of the one that serves them next, and of the one that served them
 * before, and no others: what an operator drains or weighs by hand stays. It is refused where its target would not serve, as
 * while it is drained, has no address or is down by its check, and it is read back that the target serves. HAProxy must run as one
 * process, and its backends balance with weights that can be changed ({@link #verify}).
 *
 * <p>Thread-safe: calls wait for one another. Throws {@link AdapterException.Transient} where HAProxy does not run, {@link
 * AdapterException.Permanent} where it refuses or does not know the machine, and {@link AdapterException.OutcomeUnknown}
 * where it did not answer in time.
 */
public final class HaproxyTrafficDirector implements TrafficDirector {
    private final RuntimeApi haproxy;
    private final Path routesMap;
    private final Optional<Path> serverStateFile;
    private final Servers servers;
    /** Changes are made one after the other. */
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by the lock. */
    private boolean isSuitable;

    private HaproxyTrafficDirector(Path socket, Path routesMap, Builder builder) {
        this.haproxy = RuntimeApi.at(socket);
        this.routesMap = routesMap;
        this.serverStateFile = Optional.ofNullable(builder.serverStateFile);
        this.servers = new Servers(builder.servers);
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Checks that the running HAProxy can be worked with: call it at the start, so that what is wrong shows before requests have
     * to move. {@link #route} and {@link #reconcile} do so too when they are called first.
     *
     * @throws AdapterException.Permanent if HAProxy runs as several processes, a backend balances with fixed weights, or a server is
     *     not there; the message says which and what helps
     * @throws AdapterException if HAProxy cannot be asked
     */
    public void verify(CallContext call) {
        try (Turn turn = new Turn(call)) {
            turn.verify();
            servers.backends().forEach(turn.change::states);
        }
    }

    @Override
    public void route(VmId owner, VmId server, CallContext call) {
        HaproxyServer from = servers.require(owner);
        HaproxyServer to = servers.require(server);
        if (!from.backend().equals(to.backend())) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED,
                    "requests of " + owner + " are of backend " + from.backend() + ", which " + server + " is not in");
        }
        try (Turn turn = new Turn(call)) {
            turn.verifyOnce();
            turn.save(moved(from, to, turn.change));
        }
    }

    private static Routes moved(HaproxyServer from, HaproxyServer to, Change change) {
        try {
            Routes next = change.move(from, to);
            change.readBack(from, to);
            return next;
        } catch (AdapterException failed) {
            throw change.afterAll(failed);
        }
    }

    @Override
    public VmId serverOf(VmId owner, CallContext call) {
        servers.require(owner);
        try (Turn turn = new Turn(call)) {
            return turn.change.routes().serverOf(owner);
        }
    }

    /**
     * Makes every server's state and weight what the routes ask for, such as after a restart of HAProxy without its
     * server-state file, or after somebody changed them by hand. A server that an operator drains stays so.
     *
     * @return where requests go that do not go to their own machine, by the machine that they are meant for
     * @throws AdapterException as {@link #route} does
     */
    @CanIgnoreReturnValue
    public Map<VmId, VmId> reconcile(CallContext call) {
        try (Turn turn = new Turn(call)) {
            turn.verifyOnce();
            Routes routes = turn.change.routes();
            servers.backends().forEach(backend -> turn.change.reconcile(backend, routes));
            turn.save(routes);
            return routes.moved();
        }
    }

    /** One call, with the lock held and a deadline. */
    private final class Turn implements AutoCloseable {
        private final long deadlineNanos;
        private final Change change;

        Turn(CallContext call) {
            deadlineNanos = System.nanoTime() + call.requireTimeLeft().toNanos();
            change = new Change(haproxy, routesMap, servers, deadlineNanos);
            boolean mine;
            try {
                mine = lock.tryLock(call.requireTimeLeft().toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AdapterException.Transient(Cause.TIMEOUT, "interrupted while another change was made", e);
            }
            if (!mine) {
                throw new AdapterException.Transient(Cause.TIMEOUT, "another change took until the deadline");
            }
        }

        void verify() {
            new Suitability(haproxy, servers, deadlineNanos).check(change);
            isSuitable = true;
        }

        void verifyOnce() {
            if (!isSuitable) {
                verify();
            }
        }

        void save(Routes routes) {
            StringBuilder map = new StringBuilder();
            servers.all()
                    .forEach(server -> map.append(server.name())
                            .append(' ')
                            .append(servers.require(routes.serverOf(server.vm()))
                                    .name())
                            .append('\n'));
            SavedState.write(routesMap, map.toString());
            serverStateFile.ifPresent(file -> SavedState.write(file, change.serverStates()));
        }

        @Override
        public void close() {
            lock.unlock();
        }
    }

    /** Collects what a director works on. Not thread-safe. */
    public static final class Builder {
        private final Map<VmId, HaproxyServer> servers = new LinkedHashMap<>();
        private @Nullable Path socket;
        private @Nullable Path routesMap;
        private @Nullable Path serverStateFile;

        private Builder() {}

        /** Sets HAProxy's {@code stats socket}, of level admin. Required. */
        @CanIgnoreReturnValue
        public Builder socket(Path path) {
            socket = path;
            return this;
        }

        /**
         * Sets the map's file, as the configuration names it. Required.
         *
         * @throws IllegalArgumentException if there is a space or a semicolon in its name, which the runtime API cannot say
         */
        @CanIgnoreReturnValue
        public Builder routesMap(Path path) {
            checkArgument(
                    path.toString().chars().noneMatch(c -> c <= ' ' || c == ';' || c == '\\'),
                    "the name of HAProxy's map must have no spaces, semicolons or backslashes: %s",
                    path);
            routesMap = path;
            return this;
        }

        /** Sets the configuration's {@code server-state-file}, to be kept current; by default none is. */
        @CanIgnoreReturnValue
        public Builder serverStateFile(Path path) {
            serverStateFile = path;
            return this;
        }

        /**
         * Adds a machine's server.
         *
         * @throws IllegalArgumentException if the machine has one already, or another machine has one of that name
         */
        @CanIgnoreReturnValue
        public Builder server(HaproxyServer server) {
            checkArgument(
                    servers.values().stream().noneMatch(other -> other.name().equals(server.name())),
                    "two servers with the name %s",
                    server.name());
            checkArgument(servers.putIfAbsent(server.vm(), server) == null, "two servers for VM %s", server.vm());
            return this;
        }

        /**
         * Returns the director; HAProxy is not asked before it is needed.
         *
         * @throws IllegalStateException if the socket or the map is missing
         */
        public HaproxyTrafficDirector build() {
            checkState(socket != null, "a HAProxy traffic director needs the stats socket");
            checkState(routesMap != null, "a HAProxy traffic director needs the routes' map");
            return new HaproxyTrafficDirector(socket, routesMap, this);
        }
    }
}
