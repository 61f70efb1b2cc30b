package io.vmha.scenario;

import static io.vmha.scenario.ScenarioFiles.read;
import static io.vmha.scenario.ScenarioFiles.refusal;
import static io.vmha.scenario.ScenarioFiles.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.VmStormGuard;
import io.vmha.detection.SilenceLimit;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScenarioReaderTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final HostId H2 = HostId.of("h2");

    @ParameterizedTest
    @ValueSource(strings = {"FULL", "PARTIAL", "MANUAL"})
    void theLevelOfAutomationIsRead(String level) {
        assertThat(read("policy: {automation: " + level + "}").center().automation())
                .isEqualTo(AutomationLevel.valueOf(level));
    }

    @Test
    void everythingIsDoneAndNothingIsGatheredOrGuardedUnlessThePolicySaysSo() {
        Scenario scenario = read("");

        assertThat(scenario.center().automation()).isEqualTo(AutomationLevel.FULL);
        assertThat(scenario.center().gatherWindow()).isZero();
        assertThat(scenario.center().vmStormGuard()).isEmpty();
        assertThat(scenario.failover().sameLabel()).isEmpty();
        assertThat(scenario.detection()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "expect: [{outcome: REDIRECTS, not: true}] | expect[0].outcome",
                "expect: [{reason: lag_unknown, not: true}] | expect[0].reason",
                "expect: [{trigger: {anyOf: [HOST_DOWN, HOST_GONE]}}] | expect[0].trigger.anyOf[1]",
                "expectFinal: [{subject: mw1, need: SERVED, not: true}] | expectFinal[0].need",
                "expectFinal: [{id: mw1, power: STOPPED}] | expectFinal[0].power"
            })
    void anExpectedNameThatNoRowCanHaveIsRefused(String expected, String place) {
        assertThat(refusal(with(expected))).contains(place).contains("must be one of");
    }

    @Test
    void anExpectationOfNoValueIsRefused() {
        assertThat(refusal(with("expect: [{subject: {anyOf: []}, not: true}]")))
                .contains("expect[0].subject.anyOf")
                .contains("names no value");
    }

    @Test
    void theNewKeysOfThePolicyAreRead() {
        Scenario scenario = read("""
                policy:
                  gatherSeconds: 2.5
                  vmStormGuard: {maxVmFraction: 0.25, windowSeconds: 30}
                  sameLabel: [tenant, zone]
                  detection: {silentAfterSeconds: 10}
                """);

        assertThat(scenario.center().gatherWindow()).isEqualTo(Duration.ofMillis(2_500));
        assertThat(scenario.center().vmStormGuard()).contains(new VmStormGuard(0.25, Duration.ofSeconds(30)));
        assertThat(scenario.failover().sameLabel()).containsExactly("tenant", "zone");
        assertThat(scenario.detection().orElseThrow().vmLimit())
                .isEqualTo(new SilenceLimit.Deadline(Duration.ofSeconds(1), Duration.ofSeconds(10)));
        assertThat(scenario.detection().orElseThrow().hostLimit())
                .isEqualTo(scenario.detection().orElseThrow().vmLimit());
    }

    @Test
    void aSilenceOfLittleMoreThanTheIntervalMayBeTooLong() {
        assertThat(read("policy: {detection: {silentAfterSeconds: 1.5}}")
                        .detection()
                        .orElseThrow()
                        .ownPause())
                .isEqualTo(Duration.ofMillis(500));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            startAfter: {MIDDLEWARE: [DATABASE]}            | policy.startAfter: is not supported yet
            hostLabels: {gpu: [gpu]}                        | policy.hostLabels: is not supported yet
            softAntiAffinity: [mw]                          | policy.softAntiAffinity: is not supported yet
            rackAntiAffinity: [db]                          | policy.rackAntiAffinity: is not supported yet
            automation: SOMETIMES                           | must be one of [MANUAL, PARTIAL, FULL]
            gatherSeconds: -1                               | policy.gatherSeconds: must be a finite number, 0 or more
            vmStormGuard: {maxVmFraction: 0.3}              | policy.vmStormGuard: windowSeconds is missing
            vmStormGuard: {maxHostFraction: 0.3, windowSeconds: 1} | maxHostFraction: unknown key
            vmStormGuard: {maxVmFraction: 0, windowSeconds: 1}     | must be more than 0 and at most 1
            vmStormGuard: {maxVmFraction: 0.5, windowSeconds: 0}   | window must be more than 0
            sameLabel: tenant                               | policy.sameLabel: must be a list
            sameLabel: [tenant, tenant]                     | policy.sameLabel[1]: the label stands twice: tenant
            sameLabel: [' ']                                | the name of a label must not be blank
            detection: {}                                   | silentAfterSeconds is missing
            detection: {silentAfterSeconds: 1}              | must be more than 1
            detection: {silentAfterSeconds: 700000}         | and at most 604800
            detection: {silentAfterSeconds: 10, every: 1}   | policy.detection.every: unknown key
            maxReplicationLagSeconds: 1e300                 | must be at most 100 years
            """)
    void whatAPolicyMayNotSayIsRefused(String key, String message) {
        assertThat(refusal(with("policy: {" + key + "}"))).contains(message);
    }

    @Test
    void hostsAndVmsMayHaveLabels() {
        Scenario scenario = ScenarioReader.read("f", """
                name: n
                hosts: [{id: h1, role: PRIMARY, cpuMillis: 1, memoryMiB: 1, labels: {zone: a}}]
                vms: [{id: v, type: T, host: h1, cpuMillis: 1, memoryMiB: 1, labels: {tenant: x, tier: "1"}, member: m1}]
                """);

        assertThat(scenario.inventory().requireHost(HostId.of("h1")).labels()).isEqualTo(Map.of("zone", "a"));
        VirtualMachine vm = scenario.inventory().requireVm(VmId.of("v"));
        assertThat(vm.labels()).isEqualTo(Map.of("tenant", "x", "tier", "1"));
        assertThat(vm.member()).contains("m1");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            power: ON,                     ON,  HEALTHY,
            power: OFF,                    OFF, STOPPED,
            'power: OFF, desired: OFF',    OFF, STOPPED,
            'power: OFF, desired: RUNNING', OFF, STOPPED, RUNNING
            desired: RUNNING,              ON,  HEALTHY,
            desired: OFF,                  ON,  HEALTHY, OFF
            desired: UNMANAGED,            ON,  HEALTHY, UNMANAGED
            """)
    void whatIsWantedOfAVmIsWhatItsPowerSaysUnlessItIsSaid(
            String keys, PowerState power, VmHealth health, DesiredState desired) {
        Scenario scenario = ScenarioReader.read("f", """
                name: n
                hosts: [{id: h1, role: PRIMARY, cpuMillis: 1, memoryMiB: 1}]
                vms: [{id: v, type: T, host: h1, cpuMillis: 1, memoryMiB: 1, %s}]
                """.formatted(keys));

        VirtualMachine vm = scenario.inventory().requireVm(VmId.of("v"));
        assertThat(vm.power()).isEqualTo(power);
        assertThat(vm.health()).isEqualTo(health);
        assertThat(Optional.ofNullable(scenario.desired().get(vm.id()))).isEqualTo(Optional.ofNullable(desired));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            power: UNKNOWN               | power: must be one of [ON, OFF]
            desired: MAYBE               | desired: must be one of [RUNNING, OFF, UNMANAGED]
            labels: [a]                  | labels: must be a mapping
            'labels: {tenant: [a]}'      | labels.tenant: must be a single value
            'labels: {tenant: ""}'       | must not be blank
            'labels: {a: x, a: y}'       | labels.a: the key stands twice
            member: ''                   | member must not be blank
            health: FAILED               | health: unknown key
            memoryMiB: 2000000000000     | must be from 0 to 1000000000000
            load: 1e300                  | load: must be at most 1000000.0
            """)
    void whatAVmMayNotSayIsRefused(String key, String message) {
        String vm = key.startsWith("memoryMiB") ? key : "memoryMiB: 1, " + key;
        assertThat(refusal("name: n\nhosts: [{id: h, role: PRIMARY, cpuMillis: 1, memoryMiB: 1}]\n"
                        + "vms: [{id: v, type: T, host: h, cpuMillis: 1, " + vm + "}]"))
                .contains(message);
    }

    @Test
    void theNewEventsAreRead() {
        Scenario scenario = read("""
                policy: {detection: {silentAfterSeconds: 10}}
                events:
                  - {at: 0, reject: {plan: 3}}
                  - {at: 1, pause: {}}
                  - {at: 1, resume:}
                  - {at: 2, desired: {vm: mw1, state: UNMANAGED}}
                  - {at: 3, resync: {}}
                  - {at: 4, resync:}
                  - {at: 5, resync: {asOf: 2.5}}
                  - {at: 6, vmMoved: {vm: mw1, host: h2}}
                  - {at: 7, vmResized: {vm: mw1, cpuMillis: 3000, memoryMiB: 8192}}
                  - {at: 8, lagUnknown: {vm: mw1}}
                  - {at: 9, silent: {vm: mw1}}
                  - {at: 9, heard: {host: h2}}
                """);

        assertThat(scenario.events())
                .containsExactly(
                        new ScenarioEvent.Reject(seconds(0), new PlanId(3)),
                        new ScenarioEvent.Pause(seconds(1)),
                        new ScenarioEvent.Resume(seconds(1)),
                        new ScenarioEvent.Desired(seconds(2), MW1, DesiredState.UNMANAGED),
                        new ScenarioEvent.Resync(seconds(3), seconds(3)),
                        new ScenarioEvent.Resync(seconds(4), seconds(4)),
                        new ScenarioEvent.Resync(seconds(5), Duration.ofMillis(2_500)),
                        new ScenarioEvent.VmMoved(seconds(6), MW1, H2),
                        new ScenarioEvent.VmResized(seconds(7), MW1, Resources.of(3_000, 8_192)),
                        new ScenarioEvent.ReplicationLag(seconds(8), MW1, Optional.empty()),
                        new ScenarioEvent.Silent(seconds(9), new FaultSubject.OfVm(MW1)),
                        new ScenarioEvent.Heard(seconds(9), new FaultSubject.OfHost(H2)));
    }

    @Test
    void whatIsAddedIsKnownFromThenOn() {
        Scenario scenario = read("""
                events:
                  - {at: 0, hostAdded: {id: h3, role: STANDBY, cpuMillis: 8000, memoryMiB: 32768, labels: {zone: b}}}
                  - {at: 0, vmAdded: {id: mw3, type: MIDDLEWARE, host: h3, cpuMillis: 1000, memoryMiB: 1024, desired: UNMANAGED}}
                  - {at: 1, vmFault: {vm: mw3, kind: IO_ERROR}}
                  - {at: 2, vmMoved: {vm: mw1, host: h3}}
                  - {at: 3, vmRemoved: {vm: mw3}}
                  - {at: 4, vmAdded: {id: mw3, type: MIDDLEWARE, host: h2, cpuMillis: 1000, memoryMiB: 1024}}
                  - {at: 5, hostRemoved: {host: h3}}
                """);

        assertThat(scenario.events()).hasSize(7);
        assertThat(scenario.events().get(1)).isInstanceOfSatisfying(ScenarioEvent.VmAdded.class, added -> {
            assertThat(added.vm().vm().host()).isEqualTo(HostId.of("h3"));
            assertThat(added.vm().desired()).contains(DesiredState.UNMANAGED);
        });
        assertThat(scenario.events().get(6)).isEqualTo(new ScenarioEvent.HostRemoved(seconds(5), HostId.of("h3")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {at: 0, reject: {plan: 0}}                          | reject.plan: must be from 1
            {at: 0, reject: {plan: 1, operator: me}}            | reject.operator: unknown key
            {at: 0, pause: {plan: 1}}                           | pause.plan: unknown key
            {at: 0, resume: soon}                               | resume: takes no fields
            {at: 0, desired: {vm: mw9, state: OFF}}             | desired.vm: no VM mw9
            {at: 0, desired: {vm: mw1}}                         | state is missing
            {at: 0, desired: {vm: mw1, state: ON}}              | must be one of [RUNNING, OFF, UNMANAGED]: ON
            {at: 5, resync: {asOf: 6}}                          | resync.asOf: a snapshot cannot be of a later moment
            {at: 5, resync: {asOf: -1}}                         | resync.asOf: must be a finite number, 0 or more
            {at: 5, resync: 5}                                  | resync: must be a mapping
            {at: 0, vmMoved: {vm: mw1, host: h9}}               | vmMoved.host: no host h9
            {at: 0, vmMoved: {vm: mw1}}                         | host is missing
            {at: 0, vmResized: {vm: mw1, cpuMillis: 1}}         | memoryMiB is missing
            {at: 0, vmResized: {vm: mw1, cpuMillis: 1, memoryMiB: 0}} | must be more than 0
            {at: 0, vmResized: {vm: mw1, cpuMillis: -1, memoryMiB: 1}} | cpuMillis: must be from 0
            {at: 0, vmAdded: {id: mw1, type: M, host: h1, cpuMillis: 1, memoryMiB: 1}} | vmAdded: two VMs with the id mw1
            {at: 0, vmAdded: {id: mw3, type: M, host: h9, cpuMillis: 1, memoryMiB: 1}} | which does not exist
            {at: 0, vmAdded: {id: mw3, type: M, host: h1, cpuMillis: 1}} | memoryMiB is missing
            {at: 0, hostAdded: {id: h1, role: PRIMARY, cpuMillis: 1, memoryMiB: 1}} | hostAdded: two hosts with the id h1
            {at: 0, hostAdded: {id: h3, role: SPARE, cpuMillis: 1, memoryMiB: 1}} | must be one of [PRIMARY, STANDBY]
            {at: 0, vmRemoved: {vm: mw9}}                       | vmRemoved.vm: no VM mw9
            {at: 0, hostRemoved: {host: h9}}                    | hostRemoved.host: no host h9
            {at: 0, lagUnknown: {vm: mw1, seconds: 1}}          | lagUnknown.seconds: unknown key
            {at: 0, silent: {vm: mw1}}                          | silent: needs policy.detection
            {at: 0, heard: {host: h1}}                          | heard: needs policy.detection
            """)
    void whatAnEventMayNotSayIsRefused(String event, String message) {
        assertThat(refusal(with("events: [" + event + "]")))
                .contains("events[0]")
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {at: 0, vmRemoved: {vm: mw1}}     | {at: 1, vmFault: {vm: mw1, kind: IO_ERROR}} | vmFault.vm: no VM mw1
            {at: 0, vmRemoved: {vm: mw1}}     | {at: 1, vmRemoved: {vm: mw1}}       | vmRemoved.vm: no VM mw1
            {at: 0, hostRemoved: {host: h1}}  | {at: 1, hostUp: {host: h1}}         | hostUp.host: no host h1
            {at: 0, hostRemoved: {host: h1}}  | {at: 1, vmAdded: {id: v, type: T, host: h1, cpuMillis: 1, memoryMiB: 1}} | which does not exist
            """)
    void whatWasRemovedIsUnknownFromThenOn(String removal, String next, String message) {
        assertThat(refusal(with("events: [" + removal + ", " + next + "]")))
                .contains("events[1]")
                .contains(message);
    }

    @Test
    void whatIsAddedLaterIsNotKnownBefore() {
        assertThat(refusal(with("""
                events:
                  - {at: 0, vmFault: {vm: mw3, kind: IO_ERROR}}
                  - {at: 1, vmAdded: {id: mw3, type: M, host: h1, cpuMillis: 1, memoryMiB: 1}}
                """))).contains("events[0].vmFault.vm: no VM mw3");
    }

    @Test
    void aSenderIsAVmOrAHost() {
        assertThat(refusal(with("""
                policy: {detection: {silentAfterSeconds: 10}}
                events: [{at: 0, silent: {vm: mw1, host: h1}}]
                """))).contains("exactly one of vm and host must be given");
    }

    @Test
    void aRunWithHeartbeatsIsAWeekAtMost() {
        assertThat(refusal(with("""
                policy: {detection: {silentAfterSeconds: 10}}
                events: [{at: 604801, silent: {vm: mw1}}]
                """))).contains("events[0].at: must be at most 604800");
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
