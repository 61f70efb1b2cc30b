package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vmha.vsphere.internal.vim.AnswerLimits;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.SoapAnswer;
import io.vmha.vsphere.internal.vim.VimFault;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for answers of a server that are not read and not refused either: {@code mvn -Pfull -pl ha-vsphere-adapter -am test}. */
@Tag("fuzz")
class SoapAnswerFuzzTest {
    private static final AnswerLimits LIMITS = new AnswerLimits(1 << 20, 5_000, 64);

    /** The first byte says whether the rest is packed. */
    @FuzzTest(maxDuration = "1m")
    void anAnswerIsASnapshotOrARefusalAndItsWordsAreHarmless(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        XmlNode body;
        try {
            body = SoapAnswer.read(
                    new ByteArrayInputStream(Arrays.copyOfRange(bytes, 1, bytes.length)), bytes[0] == 'z', LIMITS);
        } catch (SoapAnswer.MalformedException e) {
            ReadAnswer.assertHarmless(e);
            return;
        }
        try {
            SoapAnswer.requireNoFault(body);
        } catch (VimFault e) {
            ReadAnswer.assertHarmless(e);
            assertThat(e.type()).hasSizeLessThan(120);
            return;
        }
        List<ManagedObject> objects = SoapAnswer.objects(body);
        ReadAnswer.check(body, objects);
    }
}
