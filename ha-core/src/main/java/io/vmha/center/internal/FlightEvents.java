package io.vmha.center.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import jdk.jfr.Timestamp;

/** The kinds of events that a center shows to Java Flight Recorder. Their names and fields are a contract, told in the guide. */
final class FlightEvents {
    private FlightEvents() {}

    /** Any event of a center, as text. */
    @Name("io.vmha.HaEvent")
    @Label("VM HA event")
    @Category("VM HA")
    @Description("A step in the life of a fault report")
    @StackTrace(false)
    static final class Any extends Event {
        @Label("Kind")
        String kind = "";

        @Label("Detail")
        String detail = "";
    }

    /** A report that was taken. */
    @Name("io.vmha.Report")
    @Label("Fault report")
    @Category("VM HA")
    @StackTrace(false)
    static final class Report extends Event {
        @Label("Kind")
        String kind = "";

        @Label("VM or host")
        String subject = "";

        @Label("Source")
        String source = "";

        @Label("Observed")
        @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
        long observedAt;
    }

    /** What was decided about one VM or host. */
    @Name("io.vmha.Decision")
    @Label("Failover decision")
    @Category("VM HA")
    @StackTrace(false)
    static final class Decided extends Event {
        @Label("VM or host")
        String subject = "";

        @Label("Trigger")
        String trigger = "";

        @Label("Outcome")
        String outcome = "";

        @Label("Reason")
        String reason = "";

        @Label("Plan")
        @Description("The number of its plan; 0 where nothing is done")
        long plan;
    }

    /** A plan that was held, released, carried on, blocked or ended. */
    @Name("io.vmha.Plan")
    @Label("Plan")
    @Category("VM HA")
    @StackTrace(false)
    static final class PlanChanged extends Event {
        @Label("Plan")
        long plan;

        @Label("State")
        @Description("RESUMED, HELD, RELEASED, BLOCKED, CARRIED_OUT or NOT_CARRIED_OUT")
        String state = "";

        @Label("Reason")
        @Description("Why it is held or blocked; empty otherwise")
        String reason = "";
    }

    /** A try of an action that ended. */
    @Name("io.vmha.Action")
    @Label("Action")
    @Category("VM HA")
    @StackTrace(false)
    static final class Tried extends Event {
        @Label("Plan")
        long plan;

        @Label("Step")
        int step;

        @Label("Kind")
        String kind = "";

        @Label("VM")
        String vm = "";

        @Label("Host")
        String host = "";

        @Label("Attempt")
        int attempt;

        @Label("Result")
        String result = "";

        @Label("Why it failed or was skipped")
        String error = "";

        @Label("Took")
        @Description("By the center's clock")
        @Timespan(Timespan.MILLISECONDS)
        long took;
    }

    /** A storm guard, the journal or the leadership changed. */
    @Name("io.vmha.CenterState")
    @Label("State of the center")
    @Category("VM HA")
    @StackTrace(false)
    static final class StateChanged extends Event {
        @Label("What")
        @Description("STORM_GUARD, JOURNAL, LEADERSHIP or CENTER")
        String what = "";

        @Label("Well")
        boolean isWell;

        @Label("Detail")
        String detail = "";
    }
}
