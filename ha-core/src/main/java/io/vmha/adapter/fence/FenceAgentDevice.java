package io.vmha.adapter.fence;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.FencingDevice;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Powers hosts off through a fence agent: a program such as {@code fence_ipmilan} or {@code fence_apc} of the fence-agents
 * project, with the options that its manual page tells.
 *
 * <p>Options go to the agent's standard input, never onto its command line. Secret ones come from a {@link
 * FenceCredentialsSource} for each run and are overwritten after it; they are in no message, and the agent does not get this
 * process's environment. It runs in a session of its own; at its end, or at the deadline, all that it has started is killed,
 * detached or not. After {@code off} the power state
 * is read back by another run of the agent, and only that confirms the host off.
 *
 * <p>What an agent hands on to programs of its own is beyond this: {@code fence_ipmilan} gives the password to ipmitool on a
 * command line, which ipmitool overwrites once it runs.
 *
 * <p>Thread-safe: runs for one host wait for one another, those for different hosts do not. What throws: {@link
 * AdapterException.Permanent} where the agent is missing, or refuses its options or the login; {@link
 * AdapterException.Transient} where nothing was done and a retry can help; else {@link AdapterException.OutcomeUnknown}.
 */
public final class FenceAgentDevice implements FencingDevice {
    private final String name;
    private final AgentProgram program;
    private final ImmutableMap<HostId, Map<String, String>> options;
    private final ImmutableMap<HostId, ReentrantLock> locks;
    private final FenceCredentialsSource credentials;

    private FenceAgentDevice(Builder builder, AgentProgram program) {
        this.name = builder.name.isEmpty() ? program.name() : builder.name;
        this.program = program;
        this.options = ImmutableMap.copyOf(Maps.transformValues(builder.hosts, builder::withCommon));
        this.locks = ImmutableMap.copyOf(Maps.toMap(builder.hosts.keySet(), host -> new ReentrantLock()));
        this.credentials = builder.credentials;
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean canFence(HostId host) {
        return options.containsKey(host);
    }

    @Override
    public void fence(HostId host, CallContext call) {
        switchTo("off", PowerState.OFF, host, call);
    }

    /**
     * Powers the host on, such as after its repair. When it returns, its power state reads on.
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    public void powerOn(HostId host, CallContext call) {
        switchTo("on", PowerState.ON, host, call);
    }

    @Override
    public PowerState powerState(HostId host, CallContext call) {
        try (Turn turn = new Turn(host, call)) {
            return turn.powerState();
        }
    }

    private void switchTo(String action, PowerState wanted, HostId host, CallContext call) {
        try (Turn turn = new Turn(host, call)) {
            Optional<AdapterException> failure = turn.perform(action);
            if (failure.filter(AdapterException.Permanent.class::isInstance).isPresent()) {
                throw failure.get();
            }
            confirm(action, wanted, failure, turn);
        }
    }

    /** What was read back is what counts, whatever the agent said of its action. */
    private void confirm(String action, PowerState wanted, Optional<AdapterException> failure, Turn turn) {
        PowerState state;
        try {
            state = turn.powerState();
        } catch (AdapterException unreadable) {
            throw failure.orElseGet(() -> new AdapterException.OutcomeUnknown(
                    unreadable.reason(),
                    program.name() + " " + action + ": done, it says, but that cannot be read back: "
                            + unreadable.getMessage()));
        }
        if (state != wanted) {
            throw failure.orElseGet(() -> new AdapterException.OutcomeUnknown(
                    Cause.REFUSED,
                    program.name() + " " + action + ": done, it says, but the power state reads " + state));
        }
    }

    /** The agents that it runs and the hosts that it fences, and no option. */
    @Override
    public String toString() {
        return "FenceAgentDevice[" + name + ", " + program.path() + ", hosts " + options.keySet() + "]";
    }

    /** One call's exclusive use of a host's agent, up to the call's deadline. */
    private final class Turn implements AutoCloseable {
        private final HostId host;
        private final Map<String, String> plain;
        private final long end;
        private final ReentrantLock lock;

        Turn(HostId host, CallContext call) {
            this.host = host;
            this.end = System.nanoTime() + call.requireTimeLeft().toNanos();
            Map<String, String> known = options.get(host);
            ReentrantLock own = locks.get(host);
            if (known == null || own == null) {
                throw new AdapterException.Permanent(
                        Cause.UNKNOWN_SUBJECT, "fencing device " + name + " is not configured for host " + host);
            }
            this.plain = known;
            this.lock = own;
            try {
                if (!lock.tryLock(call.requireTimeLeft().toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new AdapterException.Transient(
                            Cause.BUSY, "another call to the fencing device of host " + host + " is under way");
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AdapterException.Transient(Cause.BUSY, "interrupted before the agent was started");
            }
        }

        Optional<AdapterException> perform(String action) {
            try (FenceCredentials secrets = credentials()) {
                return answer(action, secrets).failureOf(action);
            }
        }

        PowerState powerState() {
            try (FenceCredentials secrets = credentials()) {
                return answer("status", secrets).powerState();
            }
        }

        private FenceCredentials credentials() {
            try {
                return credentials.credentialsOf(host);
            } catch (RuntimeException thrown) {
                // Neither its message nor the exception itself: they are not ours, and may tell a secret.
                throw new AdapterException.Permanent(
                        Cause.NOT_PERMITTED,
                        "no credentials for host " + host + ": their source threw "
                                + thrown.getClass().getName());
            }
        }

        private AgentAnswer answer(String action, FenceCredentials secrets) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            if (left.isNegative() || left.isZero()) {
                throw new AdapterException.Transient(
                        Cause.TIMEOUT, program.name() + " " + action + ": no time is left before the deadline");
            }
            return new AgentAnswer(program.name(), run(action, secrets, left), secrets.secrets());
        }

        private AgentRun run(String action, FenceCredentials secrets, Duration left) {
            if (!Files.isExecutable(program.path()) || Files.isDirectory(program.path())) {
                throw new AdapterException.Permanent(
                        Cause.UNSUPPORTED, "there is no program " + program.path() + " that could be run");
            }
            Map<String, String> told = new TreeMap<>(plain);
            told.put("action", action);
            if (program.isSafeToAskForDetails()) {
                told.put("verbose_level", "2");
            }
            try {
                return AgentRun.of(program.path(), AgentOptions.lines(told, secrets), left);
            } catch (IOException notStarted) {
                throw new AdapterException.Transient(Cause.BUSY, program.path() + " could not be started", notStarted);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AdapterException.OutcomeUnknown(
                        Cause.TIMEOUT, program.name() + " " + action + ": interrupted while it ran");
            }
        }

        @Override
        public void close() {
            lock.unlock();
        }
    }

    /** Builds a device; not thread-safe. */
    public static final class Builder {
        private String name = "";
        private @Nullable AgentProgram agent;
        private final Map<String, String> common = new TreeMap<>();
        private final Map<HostId, Map<String, String>> hosts = new TreeMap<>();
        private FenceCredentialsSource credentials = host -> FenceCredentials.none();

        private Builder() {}

        /**
         * Sets the name for logs and explanations; the agent's own by default.
         *
         * @throws IllegalArgumentException if it is blank
         */
        @CanIgnoreReturnValue
        public Builder name(String chosen) {
            checkArgument(!chosen.isBlank(), "name must not be blank");
            name = chosen;
            return this;
        }

        /**
         * Sets the agent. Required.
         *
         * @param nameOrPath the name of a program in {@code /usr/sbin}, such as {@code fence_ipmilan}, or an absolute path
         * @throws IllegalArgumentException if it is neither, or its file is not named {@code fence_} and a-z, 0-9 or _
         */
        @CanIgnoreReturnValue
        public Builder agent(String nameOrPath) {
            agent = AgentProgram.of(nameOrPath);
            return this;
        }

        /**
         * Sets an option for every host, such as {@code lanplus=1}; a host's own takes its place.
         *
         * @throws IllegalArgumentException if there is no such option by its name, it is secret or the device's own to set,
         *     or the agent could not read the value as it is
         */
        @CanIgnoreReturnValue
        public Builder option(String option, String value) {
            AgentOptions.check(option, value);
            common.put(option, value);
            return this;
        }

        /**
         * Adds a host, with the options that are its own, such as {@code ip} or {@code plug}.
         *
         * @throws IllegalArgumentException if the host was added before, or as {@link #option} does
         */
        @CanIgnoreReturnValue
        public Builder host(HostId host, Map<String, String> own) {
            checkArgument(!hosts.containsKey(host), "host %s was added before", host);
            own.forEach(AgentOptions::check);
            hosts.put(host, Map.copyOf(own));
            return this;
        }

        /** Sets where secret options come from; by default there are none. */
        @CanIgnoreReturnValue
        public Builder credentials(FenceCredentialsSource source) {
            credentials = source;
            return this;
        }

        private Map<String, String> withCommon(Map<String, String> own) {
            Map<String, String> all = new HashMap<>(common);
            all.putAll(own);
            return Map.copyOf(all);
        }

        /**
         * Returns the device. Whether the agent is installed shows when it is used.
         *
         * @throws IllegalStateException if the agent is missing, or there is no host
         */
        public FenceAgentDevice build() {
            checkState(agent != null, "a fencing device needs an agent");
            checkState(!hosts.isEmpty(), "fencing device %s needs a host", agent.name());
            return new FenceAgentDevice(this, agent);
        }
    }
}
