/*
 * The floor that judging certificates is measured against: OpenSSL in one process, with nothing around it.
 *
 *     pki-floor FOLDER ROUNDS AT
 *
 * FOLDER holds anchor.der, intermediate-1.der (issued by the anchor), intermediate-2.der, leaf-0.der and so on, and crl.der,
 * signed by intermediate-2. AT is the time of judgement, in seconds since 1970. Every round judges all leaves, each read from
 * its DER as a card gives it, and the CRL once. Prints one line of JSON: the milliseconds of each round.
 *
 *     ready     issuers and anchor were read before and stay
 *     anew      the two intermediates are read from their DER again for every leaf
 *     crl       read, signature verified, one serial number looked up that is in it and one that is not
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_LEAVES = 10000, MAX_ROUNDS = 1000, AUTH_LEVEL = 2 };

struct der {
	unsigned char *octets;
	long length;
};

static double monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void give_up(const char *what)
{
	fprintf(stderr, "pki-floor: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* Zero octets where there is no such file. */
static struct der read_der(const char *folder, const char *name)
{
	struct der der = { NULL, 0 };
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return der;
	fseek(file, 0, SEEK_END);
	der.length = ftell(file);
	rewind(file);
	der.octets = malloc((size_t)der.length);
	if (der.octets == NULL || fread(der.octets, 1, (size_t)der.length, file) != (size_t)der.length)
		give_up(path);
	fclose(file);
	return der;
}

static X509 *parse(struct der der)
{
	const unsigned char *at = der.octets;
	X509 *certificate = d2i_X509(NULL, &at, der.length);
	if (certificate == NULL)
		give_up("not a certificate");
	return certificate;
}

static void judge(X509_STORE *store, STACK_OF(X509) *intermediates, struct der der)
{
	X509 *leaf = parse(der);
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	if (context == NULL || !X509_STORE_CTX_init(context, store, leaf, intermediates))
		give_up("no context");
	if (X509_verify_cert(context) != 1)
		give_up(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
	X509_STORE_CTX_free(context);
	X509_free(leaf);
}

static double judge_crl(struct der der, X509 *issuer, int *entries)
{
	double start = monotonic_ms();
	const unsigned char *at = der.octets;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, der.length);
	if (crl == NULL || X509_CRL_verify(crl, X509_get0_pubkey(issuer)) != 1)
		give_up("not a CRL of this issuer");
	STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(crl);
	X509_REVOKED *found = NULL;
	ASN1_INTEGER *absent = ASN1_INTEGER_new();
	ASN1_INTEGER *present = ASN1_INTEGER_dup(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, 0)));
	ASN1_INTEGER_set_int64(absent, 1);
	if (X509_CRL_get0_by_serial(crl, &found, present) != 1 || X509_CRL_get0_by_serial(crl, &found, absent) != 0)
		give_up("the CRL does not tell what it should");
	double took = monotonic_ms() - start;
	*entries = sk_X509_REVOKED_num(revoked);
	ASN1_INTEGER_free(present);
	ASN1_INTEGER_free(absent);
	X509_CRL_free(crl);
	return took;
}

static void print_list(const char *name, const double *values, int count, const char *end)
{
	printf("\"%s\":[", name);
	for (int i = 0; i < count; i++)
		printf("%s%.3f", i == 0 ? "" : ",", values[i]);
	printf("]%s", end);
}

int main(int argc, char **argv)
{
	static struct der leaves[MAX_LEAVES];
	static double ready_ms[MAX_ROUNDS], anew_ms[MAX_ROUNDS], crl_ms[MAX_ROUNDS];
	int rounds = argc == 4 ? atoi(argv[2]) : 0;
	if (rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "usage: pki-floor FOLDER ROUNDS AT\n");
		return 2;
	}
	const char *folder = argv[1];
	struct der intermediate_ders[2] = { read_der(folder, "intermediate-1.der"), read_der(folder, "intermediate-2.der") };
	struct der crl = read_der(folder, "crl.der");
	int count = 0;
	while (count < MAX_LEAVES) {
		char name[32];
		snprintf(name, sizeof name, "leaf-%d.der", count);
		leaves[count] = read_der(folder, name);
		if (leaves[count].octets == NULL)
			break;
		count++;
	}
	if (count == 0)
		give_up("no leaves");

	X509_STORE *store = X509_STORE_new();
	X509 *anchor = parse(read_der(folder, "anchor.der"));
	X509_STORE_add_cert(store, anchor);
	X509_VERIFY_PARAM *asked = X509_STORE_get0_param(store);
	X509_VERIFY_PARAM_set_time(asked, (time_t)strtoll(argv[3], NULL, 10));
	X509_VERIFY_PARAM_set_purpose(asked, X509_PURPOSE_SSL_CLIENT);
	X509_VERIFY_PARAM_set_auth_level(asked, AUTH_LEVEL);
	STACK_OF(X509) *ready = sk_X509_new_null();
	for (int i = 0; i < 2; i++)
		sk_X509_push(ready, parse(intermediate_ders[i]));

	int entries = 0;
	for (int round = 0; round < rounds; round++) {
		double start = monotonic_ms();
		for (int i = 0; i < count; i++)
			judge(store, ready, leaves[i]);
		ready_ms[round] = monotonic_ms() - start;

		start = monotonic_ms();
		for (int i = 0; i < count; i++) {
			STACK_OF(X509) *anew = sk_X509_new_null();
			for (int j = 0; j < 2; j++)
				sk_X509_push(anew, parse(intermediate_ders[j]));
			judge(store, anew, leaves[i]);
			sk_X509_pop_free(anew, X509_free);
		}
		anew_ms[round] = monotonic_ms() - start;

		if (crl.octets != NULL)
			crl_ms[round] = judge_crl(crl, sk_X509_value(ready, 1), &entries);
	}

	printf("{\"leaves\":%d,\"crlEntries\":%d,", count, entries);
	print_list("readyMs", ready_ms, rounds, ",");
	print_list("anewMs", anew_ms, rounds, ",");
	print_list("crlMs", crl_ms, crl.octets == NULL ? 0 : rounds, "}\n");
	return 0;
}
