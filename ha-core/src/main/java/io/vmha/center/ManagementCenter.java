package io.vmha.center;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.DatabasePromoter;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.TrafficDirector;
import io.vmha.fault.FaultReport;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.plan.Action;
import io.vmha.plan.ActionEffects;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Planner;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionEffects;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.PrimaryThenStandbyPolicy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes fault reports, keeps the inventory, decides, and carries plans out (rules 4 and 6 of the reference design).
 *
 * <p>Thread-safe: all state is confined to the scheduler's loop, except for the inventory, which is an immutable snapshot
 * that the loop alone replaces.
 */
public final class ManagementCenter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagementCenter.class);

    private final FailoverPolicy policy;
    private final Planner planner;
    private final CenterConfig config;
    private final CenterScheduler scheduler;
    private final ActionPerformer performer;
    private final List<HaListener> listeners;
    private volatile Inventory inventory;
    private long lastPlan;

    private ManagementCenter(Builder builder, HypervisorAdapter adapter, TrafficDirector trafficDirector) {
        this.policy = builder.policy != null
                ? builder.policy
                : PrimaryThenStandbyPolicy.builder().config(builder.failover).build();
        this.planner = new Planner(builder.failover);
        this.config = builder.config;
        this.scheduler = builder.scheduler != null ? builder.scheduler : new ThreadedScheduler();
        this.performer = new ActionPerformer(
                adapter, trafficDirector, builder.fencingDevices.build(), builder.promoter, config.powerOffGrace());
        this.listeners = builder.listeners.build();
        this.inventory = builder.inventory;
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /** The inventory as the center knows it at this moment, with what is decided but not yet done counted in. */
    public Inventory inventory() {
        return inventory;
    }

    /**
     * Takes a report, decides, and carries the plan out.
     *
     * @return completes when the plan came to its end, on the center's loop; what an adapter answers is in the outcome and
     *     is never thrown
     */
    public CompletionStage<ReportOutcome> submit(FaultReport report) {
        CompletableFuture<ReportOutcome> outcome = new CompletableFuture<>();
        scheduler.execute(() -> {
            try {
                handle(report, outcome);
            } catch (RuntimeException thrown) {
                // A policy of the user's own may throw; whoever reported must not wait for ever.
                outcome.completeExceptionally(thrown);
            }
        });
        return outcome;
    }

    /**
     * Changes the inventory by what the orchestrator knows: a host that is back, a machine that was added or repaired, a
     * load sample.
     *
     * @param change a pure function from the present inventory to the next one; it runs on the center's loop
     * @return completes when it is done, exceptionally with what the function threw, and then nothing is changed
     */
    public CompletionStage<Inventory> update(UnaryOperator<Inventory> change) {
        CompletableFuture<Inventory> done = new CompletableFuture<>();
        scheduler.execute(() -> {
            try {
                inventory = change.apply(inventory);
                done.complete(inventory);
            } catch (RuntimeException refused) {
                done.completeExceptionally(refused);
            }
        });
        return done;
    }

    private void handle(FaultReport report, CompletableFuture<ReportOutcome> outcome) {
        publish(new HaEvent.ReportAccepted(scheduler.now(), report));
        Decision decision = policy.decide(inventory, report);
        Inventory faulty = FaultEffects.apply(inventory, report);
        Plan plan = planner.plan(new PlanId(lastPlan + 1), faulty, decision);
        if (!plan.isEmpty()) {
            lastPlan++;
        }
        inventory = DecisionEffects.apply(faulty, decision);
        publish(new HaEvent.Decided(scheduler.now(), report, decision, plan));
        new PlanRun(
                        plan,
                        performer,
                        scheduler,
                        config.actionDeadline(),
                        this::onAction,
                        records -> end(new ReportOutcome(report, decision, plan, records), outcome))
                .advance();
    }

    private void onAction(ActionRecord record) {
        LOG.info(
                "plan {} step {}: {} - {} (attempt {}) {}",
                record.plan(),
                record.step(),
                record.action(),
                record.result(),
                record.attempt(),
                record.detail());
        if (record.result() == ActionResult.DONE) {
            inventory = ActionEffects.apply(inventory, record.action());
        } else if (record.action() instanceof Action.Redirect redirect) {
            inventory = withoutRedirect(redirect);
        }
        publish(new HaEvent.ActionEnded(scheduler.now(), record));
    }

    /** A redirect that was not done leaves the requests where they were. */
    private Inventory withoutRedirect(Action.Redirect redirect) {
        return inventory
                .vm(redirect.owner())
                .filter(vm -> vm.servedBy().filter(redirect.server()::equals).isPresent())
                .map(vm -> inventory.with(ImmutableVirtualMachine.copyOf(vm).withServedBy(Optional.empty())))
                .orElse(inventory);
    }

    private void end(ReportOutcome result, CompletableFuture<ReportOutcome> outcome) {
        publish(new HaEvent.PlanEnded(scheduler.now(), result));
        outcome.complete(result);
    }

    private void publish(HaEvent event) {
        for (HaListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (RuntimeException thrown) {
                LOG.warn("a listener failed on {}", event, thrown);
            }
        }
    }

    /** Ends the center: no further step of any plan is started. The adapter stays open: it is its owner's to close. */
    @Override
    public void close() {
        scheduler.close();
    }

    /** Builds a center; not thread-safe. */
    public static final class Builder {
        private @Nullable HypervisorAdapter adapter;
        private @Nullable TrafficDirector trafficDirector;
        private @Nullable FailoverPolicy policy;
        private @Nullable CenterScheduler scheduler;
        private final ImmutableList.Builder<FencingDevice> fencingDevices = ImmutableList.builder();
        private final ImmutableList.Builder<HaListener> listeners = ImmutableList.builder();
        private Inventory inventory = Inventory.empty();
        private FailoverConfig failover = FailoverConfig.defaults();
        private CenterConfig config = CenterConfig.defaults();
        private DatabasePromoter promoter = (vm, call) -> {
            throw new AdapterException.Permanent(
                    AdapterException.Cause.UNSUPPORTED, "no database promoter is configured to promote " + vm);
        };

        private Builder() {}

        /** Sets what carries actions out on the virtualization platform; required. */
        @CanIgnoreReturnValue
        public Builder adapter(HypervisorAdapter chosen) {
            adapter = chosen;
            return this;
        }

        /** Sets what decides where access requests go; required. */
        @CanIgnoreReturnValue
        public Builder trafficDirector(TrafficDirector chosen) {
            trafficDirector = chosen;
            return this;
        }

        /** Adds a device that can power a host off; the first one that can fence a host is asked to. */
        @CanIgnoreReturnValue
        public Builder fencingDevice(FencingDevice device) {
            fencingDevices.add(device);
            return this;
        }

        /** Sets what promotes a standby database; without one, promotions fail. */
        @CanIgnoreReturnValue
        public Builder databasePromoter(DatabasePromoter chosen) {
            promoter = chosen;
            return this;
        }

        /** Sets the inventory to start with; the default is empty. */
        @CanIgnoreReturnValue
        public Builder inventory(Inventory start) {
            inventory = start;
            return this;
        }

        /** Sets a policy of the user's own; the default is {@link PrimaryThenStandbyPolicy} with {@link #failover}. */
        @CanIgnoreReturnValue
        public Builder policy(FailoverPolicy chosen) {
            policy = chosen;
            return this;
        }

        /** Sets the operator's choices about failover. */
        @CanIgnoreReturnValue
        public Builder failover(FailoverConfig chosen) {
            failover = chosen;
            return this;
        }

        /** Sets the operator's choices about how plans are carried out. */
        @CanIgnoreReturnValue
        public Builder config(CenterConfig chosen) {
            config = chosen;
            return this;
        }

        /** Sets time and threads; the default is a new {@link ThreadedScheduler}. The center closes it. */
        @CanIgnoreReturnValue
        public Builder scheduler(CenterScheduler chosen) {
            scheduler = chosen;
            return this;
        }

        /** Adds a listener. */
        @CanIgnoreReturnValue
        public Builder listener(HaListener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Returns the center.
         *
         * @throws IllegalStateException if the adapter or the traffic director is missing
         */
        public ManagementCenter build() {
            Preconditions.checkState(adapter != null, "a management center needs an adapter");
            Preconditions.checkState(trafficDirector != null, "a management center needs a trafficDirector");
            return new ManagementCenter(this, adapter, trafficDirector);
        }
    }
}
