package io.vmha.vsphere;

import static io.vmha.vsphere.RecordedShapesTest.object;
import static io.vmha.vsphere.RecordedShapesTest.ref;
import static io.vmha.vsphere.RecordedShapesTest.val;
import static io.vmha.vsphere.SmallVcenter.host;
import static io.vmha.vsphere.SmallVcenter.vm;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.MachineFacts;
import io.vmha.adapter.MigrationProgress;
import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.HostId;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the adapter asks what a VM is, and whom it tells how a migration progresses. */
class ClassifierAndListenerTest {
    private static final VmId DB1 = VmId.of("db1");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");
    private static final String FIELDS = object(
            "CustomFieldsManager",
            "fields",
            "<propSet><name>field</name><val><CustomFieldDef><key>7</key><name>owner</name></CustomFieldDef></val></propSet>");
    private static final String OWNER = "<propSet><name>customValue</name><val><CustomFieldValue><key>7</key>"
            + "<value>shop</value></CustomFieldValue></val></propSet>";

    @TempDir
    private static Path folder;

    private final List<MachineFacts> asked = new CopyOnWriteArrayList<>();
    private final List<MigrationProgress> told = new CopyOnWriteArrayList<>();
    private CannedVcenter vcenter;

    @BeforeEach
    void begin() throws Exception {
        vcenter = new CannedVcenter(folder);
        vcenter.answer("RetrievePropertiesEx", everything());
    }

    @AfterEach
    void end() {
        vcenter.close();
    }

    private static String page(String... objects) {
        return "<returnval>" + String.join("", objects) + "</returnval>";
    }

    private static String everything() {
        return page(
                FIELDS,
                host("host-1", "h1"),
                host("host-2", "h2"),
                object(
                        "ClusterComputeResource",
                        "domain-1",
                        val("name", "gold") + ref("resourcePool", "ResourcePool", "pool-1")),
                vm("vm-1", "db1", "host-1", OWNER),
                vm("vm-2", "stray", "host-9", ""));
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(10));
    }

    /** A migration that is seen at 40 percent, and then is over. */
    private void answerAMigration() {
        vcenter.answer("RelocateVM_Task", "<returnval type=\"Task\">task-1</returnval>");
        vcenter.answer(
                "RetrievePropertiesEx",
                everything(),
                page(vm("vm-1", "db1", "host-1", "")),
                page(object("Task", "task-1", val("info.state", "running"))),
                page(vm("vm-1", "db1", "host-2", "")));
        vcenter.answer("WaitForUpdatesEx", update("running", "40"), update("success", "999"));
    }

    private static String update(String state, String percent) {
        return "<returnval><version>1</version><filterSet><objectSet><kind>modify</kind><obj type=\"Task\">task-1</obj>"
                + change("info.state", state) + change("info.progress", percent)
                + "</objectSet></filterSet></returnval>";
    }

    private static String change(String name, String value) {
        return "<changeSet><name>" + name + "</name><op>assign</op><val>" + value + "</val></changeSet>";
    }

    @Test
    void aClassifierIsToldNameHostClusterAndAttributesOfVmsOnKnownHosts() {
        VmClassifier classifier = vm -> {
            asked.add(vm);
            return Optional.of(VmProfile.builder()
                    .type(VmType.DATABASE)
                    .template(TemplateId.of("golden"))
                    .priority(9)
                    .addAntiAffinity(AntiAffinityGroup.of("db"))
                    .build());
        };
        try (VsphereAdapter adapter = vcenter.adapter().classifyBy(classifier).build()) {
            VirtualMachine db1 = adapter.discover(call()).toInventory().requireVm(DB1);

            assertThat(asked)
                    .containsExactly(new MachineFacts("db1", H1, Optional.of("gold"), Map.of("owner", "shop")));
            assertThat(db1.type()).isEqualTo(VmType.DATABASE);
            assertThat(db1.template()).contains(TemplateId.of("golden"));
            assertThat(db1.priority()).isEqualTo(9);
            assertThat(db1.antiAffinity()).containsExactly(AntiAffinityGroup.of("db"));
        }
    }

    @Test
    void aClassifierThatThrowsHidesNoHostAndLeavesItsVmAlone() {
        VmClassifier failing = vm -> {
            throw new IllegalStateException("no such table");
        };
        try (VsphereAdapter adapter = vcenter.adapter().classifyBy(failing).build()) {
            assertThat(adapter.discover(call()).vms()).isEmpty();
            assertThat(adapter.discover(call()).hosts()).hasSize(2);
        }
    }

    @Test
    void aListenerIsToldHowFarAMigrationIs() {
        answerAMigration();
        try (VsphereAdapter adapter = vcenter.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.DATABASE))
                .onMigration(told::add)
                .build()) {
            adapter.migrate(DB1, H2, call());
        }

        assertThat(told).extracting(MigrationProgress::done).containsExactly(0.4, 1.0);
        assertThat(told).allSatisfy(progress -> {
            assertThat(progress.vm()).isEqualTo(DB1);
            assertThat(progress.source()).contains(H1);
            assertThat(progress.target()).isEqualTo(H2);
            assertThat(progress.elapsed()).isBetween(Duration.ZERO, Duration.ofSeconds(10));
        });
    }

    @Test
    @SuppressWarnings("removal")
    void whatWasWrittenForTheOldTypesWorksAsBefore() {
        answerAMigration();
        List<VmFacts> facts = new CopyOnWriteArrayList<>();
        List<String> moves = new CopyOnWriteArrayList<>();
        io.vmha.vsphere.VmProfile profile = new io.vmha.vsphere.VmProfile(
                VmType.DATABASE, Optional.empty(), -3, Set.of(AntiAffinityGroup.of("db")));
        try (VsphereAdapter adapter = vcenter.adapter()
                .classifier(vm -> {
                    facts.add(vm);
                    return Optional.of(profile);
                })
                .migrationListener((vm, target, percent) -> moves.add(vm + " to " + target + ": " + percent))
                .build()) {
            adapter.migrate(DB1, H2, call());
        }

        assertThat(facts).containsExactly(new VmFacts("db1", "gold", false, Map.of("owner", "shop")));
        assertThat(moves).containsExactly("db1 to h2: 40", "db1 to h2: 100");
    }
}
