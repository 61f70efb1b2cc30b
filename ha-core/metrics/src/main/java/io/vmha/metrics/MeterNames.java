package io.vmha.metrics;

/** The meters' names: a contract with dashboards and alerts. */
final class MeterNames {
    /** Reports taken, by kind of fault. */
    static final String REPORTS = "vmha.reports";
    /** Decisions about one VM or host, by outcome and reason. */
    static final String DECISIONS = "vmha.decisions";
    /** Decisions that could not be carried out, by reason. */
    static final String BLOCKED = "vmha.decisions.blocked";
    /** Time from a report to the redirect of the failed VM's requests, by kind of fault. */
    static final String REPORT_TO_REDIRECT = "vmha.report.to.redirect";
    /** Tries of actions, by kind and result, with the time that they took. */
    static final String ACTIONS = "vmha.actions";
    /** Plans that came to their end, by result. */
    static final String PLANS_ENDED = "vmha.plans.ended";
    /** Plans that are open. */
    static final String PLANS_OPEN = "vmha.plans.open";
    /** Plans that are held, by reason. */
    static final String PLANS_HELD = "vmha.plans.held";
    /** Needs that nothing is under way for, by need and reason. */
    static final String NEEDS_UNMET = "vmha.needs.unmet";
    /** 1 while a storm guard holds power-offs back. */
    static final String STORM_GUARD_OPEN = "vmha.storm.guard.open";
    /** How often a storm guard opened. */
    static final String STORM_GUARD_OPENED = "vmha.storm.guard.opened";
    /** Hosts in quarantine. */
    static final String HOSTS_QUARANTINED = "vmha.hosts.quarantined";
    /** VMs and hosts that fell silent. */
    static final String SUSPICIONS = "vmha.suspicions";
    /** 1 while the journal cannot be written. */
    static final String JOURNAL_FAILING = "vmha.journal.failing";
    /** Writes of the journal, by outcome, with the time that they took. */
    static final String JOURNAL_WRITES = "vmha.journal.writes";
    /** Entries written to the journal. */
    static final String JOURNAL_ENTRIES = "vmha.journal.entries";
    /** 1 while the center leads. */
    static final String LEADING = "vmha.leading";
    /** The epoch that the center leads, or led, in. */
    static final String EPOCH = "vmha.epoch";
    /** How often leadership was lost. */
    static final String LEADERSHIP_LOST = "vmha.leadership.lost";
    /** How often a center ended by an error. */
    static final String CENTER_ENDED = "vmha.center.ended";
    /** Seconds since the center last answered how it is. */
    static final String HEALTH_AGE = "vmha.health.age";
    /** Calls of the adapter, by call, host and outcome, with the time that they took. */
    static final String ADAPTER_CALLS = "vmha.adapter.calls";

    private MeterNames() {}
}
