package io.vmha.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for text that the reader of JSON does not come to an end with: {@code mvn -Pfull -pl ha-libvirt-adapter -am test}. */
@Tag("fuzz")
class JsonFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void anyTextIsRefusedOrIsJsonOfNoMoreThanItsLength(byte[] bytes) {
        Object value;
        try {
            value = Json.parse(new String(bytes, UTF_8));
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).hasSizeLessThan(100).doesNotContainPattern("[\\p{Cntrl}]");
            return;
        }
        assertThat(size(value)).isLessThanOrEqualTo(bytes.length);
    }

    private static int size(Object value) {
        if (value instanceof Map<?, ?> map) {
            return 1 + map.values().stream().mapToInt(JsonFuzzTest::size).sum();
        }
        return value instanceof List<?> list
                ? 1 + list.stream().mapToInt(JsonFuzzTest::size).sum()
                : 1;
    }
}
