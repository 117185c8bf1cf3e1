/* Encodes each line of standard input with libqrencode, version 4, level H, and prints how many. */
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    char line[256];
    long n = 0;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        QRcode *code = QRcode_encodeString(line, 4, QR_ECLEVEL_H, QR_MODE_8, 1);
        if (!code || code->version != 4) return 1;
        QRcode_free(code);
        n++;
    }
    printf("%ld\n", n);
    return 0;
}
