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
import io.vmha.model.HostId;
import io.vmha.model.ImmutableHost;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.plan.ActionEffects;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Planner;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.DecisionEffects;
import io.vmha.policy.EvacuationPolicy;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailbackPolicy;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.LoadPolicy;
import io.vmha.policy.LoadSample;
import io.vmha.policy.PrimaryThenStandbyPolicy;
import io.vmha.policy.Trigger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
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
    private final LoadPolicy loadPolicy;
    private final EvacuationPolicy evacuationPolicy = new EvacuationPolicy();
    private final FailbackPolicy failbackPolicy;
    private final FailoverConfig failover;
    private final Planner planner;
    private final CenterConfig config;
    private final CenterScheduler scheduler;
    private final ActionPerformer performer;
    private final List<HaListener> listeners;
    private volatile Inventory inventory;
    private final Map<PlanId, HeldPlan> held = new HashMap<>();
    private long lastPlan;

    private record HeldPlan(Decision decision, Plan plan) {}

    private ManagementCenter(Builder builder, HypervisorAdapter adapter, TrafficDirector trafficDirector) {
        this.policy = builder.policy != null
                ? builder.policy
                : PrimaryThenStandbyPolicy.builder().config(builder.failover).build();
        this.failover = builder.failover;
        this.loadPolicy = new LoadPolicy(failover);
        this.failbackPolicy = new FailbackPolicy(failover);
        this.planner = new Planner(failover);
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
     *     is never thrown, what a policy of the user's own throws completes it exceptionally
     */
    public CompletionStage<DecisionOutcome> submit(FaultReport report) {
        return onLoop(outcome -> handle(report, outcome));
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

    /**
     * Takes a load sample, decides by rule 7 of the reference design, and carries the plan out.
     *
     * @return completes when the plan came to its end; exceptionally with an {@link IllegalArgumentException} where there is
     *     no such machine
     */
    public CompletionStage<DecisionOutcome> load(LoadSample sample) {
        return onLoop(outcome -> {
            inventory = inventory.with(ImmutableVirtualMachine.copyOf(inventory.requireVm(sample.vm()))
                    .withLoad(sample.load()));
            carryOut(Optional.empty(), inventory, loadPolicy.decide(inventory, sample), outcome);
        });
    }

    /**
     * Takes a host out of service and evacuates it by live migration, or puts it back into service.
     *
     * @return completes when the evacuation came to its end; exceptionally with an {@link IllegalArgumentException} where
     *     there is no such host
     */
    public CompletionStage<DecisionOutcome> maintenance(HostId host, boolean on) {
        return onLoop(outcome -> {
            inventory = inventory.with(
                    ImmutableHost.copyOf(inventory.requireHost(host)).withInMaintenance(on));
            Decision decision = on
                    ? evacuationPolicy.decide(inventory, host, Trigger.MAINTENANCE)
                    : new DecisionBatch(ImmutableList.of());
            carryOut(Optional.empty(), inventory, decision, outcome);
        });
    }

    /**
     * Takes note that a machine is healthy and powered on again, and gives it its requests back, or holds the plan for that
     * until it is approved, as {@link FailoverConfig#failback} says.
     *
     * @return completes when the plan came to its end or is held; exceptionally with an {@link IllegalArgumentException}
     *     where there is no such machine
     */
    public CompletionStage<DecisionOutcome> repaired(VmId vm) {
        return onLoop(outcome -> {
            inventory = FaultEffects.vmRepaired(inventory, vm);
            Decision decision = failbackPolicy.decide(inventory, vm);
            if (failover.failback() == FailbackMode.AUTOMATIC) {
                carryOut(Optional.empty(), inventory, decision, outcome);
            } else {
                hold(decision, outcome);
            }
        });
    }

    /**
     * Releases a plan that is held. It is carried out as it was decided.
     *
     * @return completes when the plan came to its end; exceptionally with an {@link IllegalArgumentException} where no such
     *     plan is held
     */
    public CompletionStage<DecisionOutcome> approve(PlanId plan) {
        return onLoop(outcome -> {
            HeldPlan released = held.remove(plan);
            Preconditions.checkArgument(released != null, "no plan %s is held", plan);
            run(Optional.empty(), inventory, released.decision(), released.plan(), outcome);
        });
    }

    private CompletableFuture<DecisionOutcome> onLoop(Consumer<CompletableFuture<DecisionOutcome>> work) {
        CompletableFuture<DecisionOutcome> outcome = new CompletableFuture<>();
        scheduler.execute(() -> {
            try {
                work.accept(outcome);
            } catch (RuntimeException thrown) {
                // What is refused, or thrown by a policy of the user's own, is told to whoever asked.
                outcome.completeExceptionally(thrown);
            }
        });
        return outcome;
    }

    private void handle(FaultReport report, CompletableFuture<DecisionOutcome> outcome) {
        publish(new HaEvent.ReportAccepted(scheduler.now(), report));
        Decision decision = policy.decide(inventory, report);
        carryOut(Optional.of(report), FaultEffects.apply(inventory, report), decision, outcome);
    }

    private void carryOut(
            Optional<FaultReport> report,
            Inventory before,
            Decision decision,
            CompletableFuture<DecisionOutcome> outcome) {
        run(report, before, decision, plan(before, decision), outcome);
    }

    private Plan plan(Inventory before, Decision decision) {
        Plan plan = planner.plan(new PlanId(lastPlan + 1), before, decision);
        if (!plan.isEmpty()) {
            lastPlan++;
        }
        return plan;
    }

    private void hold(Decision decision, CompletableFuture<DecisionOutcome> outcome) {
        Plan plan = plan(inventory, decision);
        if (plan.isEmpty()) {
            run(Optional.empty(), inventory, decision, plan, outcome);
            return;
        }
        held.put(plan.id(), new HeldPlan(decision, plan));
        publish(new HaEvent.PlanHeld(scheduler.now(), decision, plan));
        outcome.complete(new DecisionOutcome(Optional.empty(), decision, plan, ImmutableList.of()));
    }

    private void run(
            Optional<FaultReport> report,
            Inventory before,
            Decision decision,
            Plan plan,
            CompletableFuture<DecisionOutcome> outcome) {
        inventory = DecisionEffects.apply(before, decision);
        publish(new HaEvent.Decided(scheduler.now(), report, decision, plan));
        new PlanRun(
                        plan,
                        performer,
                        scheduler,
                        config.actionDeadline(),
                        record -> onAction(before, record),
                        records -> end(new DecisionOutcome(report, decision, plan, records), outcome))
                .advance();
    }

    private void onAction(Inventory before, ActionRecord record) {
        LOG.info(
                "plan {} step {}: {} - {} (attempt {}) {}",
                record.plan(),
                record.step(),
                record.action(),
                record.result(),
                record.attempt(),
                record.detail());
        inventory = record.result() == ActionResult.DONE
                ? ActionEffects.apply(inventory, record.action())
                : ActionEffects.undo(inventory, before, record.action());
        publish(new HaEvent.ActionEnded(scheduler.now(), record));
    }

    private void end(DecisionOutcome result, CompletableFuture<DecisionOutcome> outcome) {
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
